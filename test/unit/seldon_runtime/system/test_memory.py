"""seldon_runtime.system.memory: the memory of the container, from control groups of both versions, and of a process."""

import os
import subprocess

import pytest
from seldon_runtime.system.memory import container_memory, peak_memory

ALL = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
LESS = ALL // 4
V1 = {"proc/self/cgroup": "4:memory:/docker/1\n1:cpu,cpuacct:/docker/1\n0::/\n"}
V2 = {"proc/self/cgroup": "0::/kubepods/pod1\n"}


def tree(root, files):
    """A root with these files, name -> text."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(("files", "memory"), [
    ({}, ALL),
    ({**V2, "sys/fs/cgroup/kubepods/pod1/memory.max": f"{LESS}\n"}, LESS),
    ({**V2, "sys/fs/cgroup/kubepods/memory.max": f"{LESS}\n", "sys/fs/cgroup/kubepods/pod1/memory.max": "max\n"}, LESS),
    ({**V2, "sys/fs/cgroup/memory.max": f"{LESS}\n"}, LESS),
    ({**V2, "sys/fs/cgroup/memory.max": f"{2 * ALL}\n"}, ALL),
    ({**V1, "sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": f"{LESS}\n"}, LESS),
    ({**V1, "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, ALL),
    ({**V1, "sys/fs/cgroup/cpu/memory.limit_in_bytes": f"{LESS}\n"}, ALL),
    ({**V2, "sys/fs/cgroup/memory.max": "nonsense"}, ALL),
], ids=["no control groups", "a group of version 2", "a limit above", "inside a container", "more than there is", "version 1",
        "version 1 without a limit", "another controller", "nonsense"])
def test_the_tightest_limit_counts(files, memory, tmp_path):
    assert container_memory(tree(tmp_path, files)) == memory


def test_the_peak_of_a_process_is_known_while_it_runs():
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"x")
        assert process.stdout.read(1) == b"x"  # so it has begun
        peak = peak_memory(process.pid)
        assert peak is not None and 2**12 < peak < ALL
        process.stdin.close()
    assert peak_memory(process.pid) is None
