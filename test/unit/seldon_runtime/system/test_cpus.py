"""seldon_runtime.system.cpus: the CPUs of the container, from control groups of both versions; what follows from them."""

import os
import subprocess
import sys

import pytest
from seldon_runtime.config import settings
from seldon_runtime.system.cpus import container_cpus

ALL = float(len(os.sched_getaffinity(0)))
LESS = ALL / 4
QUOTA = str(int(LESS * 100_000))


def tree(root, files):
    """A root with these files, name -> text."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


V1 = {"proc/self/cgroup": "4:memory:/docker/1\n1:cpu,cpuacct:/docker/1\n0::/\n"}
V2 = {"proc/self/cgroup": "0::/kubepods/pod1\n"}


@pytest.mark.parametrize(("files", "cpus"), [
    ({}, ALL),
    ({"proc/self/cgroup": "0::/\n"}, ALL),
    ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": f"{QUOTA} 100000\n"}, LESS),
    ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, ALL),
    ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "100000000 100000\n"}, ALL),
    ({**V2, "sys/fs/cgroup/kubepods/pod1/cpu.max": f"{QUOTA} 100000\n"}, LESS),
    ({**V2, "sys/fs/cgroup/kubepods/cpu.max": f"{QUOTA} 100000\n", "sys/fs/cgroup/kubepods/pod1/cpu.max": "max 100000\n"}, LESS),
    ({"proc/self/cgroup": "0::/../..\n", "sys/fs/cgroup/cpu.max": f"{QUOTA} 100000\n"}, LESS),
    ({**V1, "sys/fs/cgroup/cpu/docker/1/cpu.cfs_quota_us": QUOTA,
      "sys/fs/cgroup/cpu/docker/1/cpu.cfs_period_us": "100000"}, LESS),
    ({**V1, "sys/fs/cgroup/cpu/cpu.cfs_quota_us": QUOTA, "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"},
     LESS),
    ({**V1, "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"},
     ALL),
    ({**V1, "sys/fs/cgroup/memory/cpu.cfs_quota_us": QUOTA, "sys/fs/cgroup/memory/cpu.cfs_period_us": "100000"}, ALL),
    ({"proc/self/cgroup": "nonsense\n"}, ALL),
], ids=["no control groups", "no limit", "version 2", "version 2 without a limit", "more than there are", "a group of version 2",
        "a limit above", "the container's own name space", "version 1", "version 1 inside a container",
        "version 1 without a limit", "another controller", "nonsense"])
def test_the_tightest_limit_counts(files, cpus, tmp_path):
    assert container_cpus(tree(tmp_path, files)) == cpus


def test_a_process_that_is_bound_to_one_cpu_has_one():
    one = min(os.sched_getaffinity(0))
    code = "import os; os.sched_setaffinity(0, [%d]); from seldon_runtime.system.cpus import container_cpus; print(container_cpus())"
    done = subprocess.run([sys.executable, "-c", code % one], capture_output=True, text=True, check=True)
    assert 0 < float(done.stdout) <= 1


@pytest.mark.parametrize(("cpus", "workers", "threads"), [
    (16.0, "1", "16"), (16.0, "4", "4"), (2.0, "1", "2"), (1.5, "1", "1"), (0.25, "1", "1"), (2.0, "4", "1"),
])
def test_a_process_gets_as_many_threads_as_it_has_cpus(cpus, workers, threads, tmp_path, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MODEL_WORKERS", workers)
    monkeypatch.setattr(settings, "container_cpus", lambda: cpus)
    found = settings.read_settings(["M"], tmp_path, tmp_path / "none")
    assert found.component_environment == {**os.environ, "OMP_NUM_THREADS": threads}


def test_a_number_of_threads_that_is_set_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    found = settings.read_settings(["M"], tmp_path, tmp_path / "none")
    assert found.component_environment["OMP_NUM_THREADS"] == "7"
