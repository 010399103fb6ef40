"""The command line."""

from __future__ import annotations

import re
import sys

import pytest

from bench import __main__, environments, servers
from bench.__main__ import chosen_cases, read_options
from bench.errors import BenchError
from bench.results import Result


@pytest.mark.parametrize(("arguments", "groups"), [
    ([], ["rest", "grpc", "v2", "workers", "graph", "costs", "start"]),
    (["grpc"], ["grpc"]),
    (["--rounds", "2", "rest", "start"], ["rest", "start"]),
])
def test_everything_is_measured_unless_groups_are_named(arguments, groups):
    assert read_options(arguments).groups == groups


@pytest.mark.parametrize(("arguments", "starts"), [([], 3), (["--starts", "7"], 7)])
def test_the_servers_of_every_case_start_several_times(monkeypatch, arguments, starts):
    monkeypatch.setattr(__main__, "under_load", lambda cases, repetitions, starts: [Result(str(starts), "rate", {})])
    results = list(__main__._results(read_options(["rest", "grpc", *arguments])))
    assert {result.case for result in results} == {str(starts)}


def test_the_numbers_of_a_run_are_the_same_without_make_and_on_the_page():
    options, root = read_options([]), environments.ROOT
    numbers = {name: f"{getattr(options, name.lower()):g}" for name in ("ROUNDS", "SECONDS", "STARTS")}
    for file, form in (("Makefile", r"^BENCH_(\w+) \?= (\d+)$"), ("docs/performance.md", r"`BENCH_(\w+)` \((\d+)\)")):
        assert dict(re.findall(form, (root / file).read_text(encoding="utf-8"), re.MULTILINE)) == numbers


@pytest.fixture
def checkout(tmp_path):
    for path in (tmp_path / ".venv" / "bin" / "python", tmp_path / "s2i" / "bin" / "run"):
        path.parent.mkdir(parents=True)
        path.touch()
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("home = /usr\nversion = 3.10.7\n")
    return tmp_path


def names(arguments):
    return {case.name: [server.name for server in case.servers] for case in chosen_cases(read_options(arguments))}


def test_cases_are_chosen_by_a_part_of_their_names():
    assert list(names(["rest", "grpc", "--cases", "large"])) == ["REST large, 1 connection", "gRPC large, 1 connection"]


def test_with_a_baseline_each_of_our_servers_stands_beside_its_other_one(checkout):
    chosen = names(["rest", "grpc", "--baseline", str(checkout)])
    assert chosen["REST medium, 16 connections"] == ["separate", "separate, baseline", "inline", "inline, baseline"]
    assert chosen["gRPC large, 1 connection"] == ["separate", "separate, baseline", "inline", "inline, baseline"]
    assert chosen["5 ms of computing, 2 cores, 16 connections"][2:] == ["MODEL_WORKERS=2", "MODEL_WORKERS=2, baseline"]
    assert chosen["5 ms a call, 32 connections"][2:] == ["batching", "batching, baseline"]
    assert set(chosen) == set(names(["rest", "grpc"]))


def test_a_baseline_has_its_own_command_and_interpreter_and_the_same_class(checkout):
    ours, other = servers.beside((servers.STATIC, servers.SEPARATE, servers.KSERVE), checkout)
    assert ours is servers.SEPARATE
    assert ours.environment["SERVER_PYTHON"] == sys.executable
    assert other.command == (f"{checkout}/s2i/bin/run",)
    assert other.environment == {**ours.environment, "SERVER_PYTHON": f"{checkout}/.venv/bin/python"}
    assert (other.wire, other.folder) == (ours.wire, ours.folder)
    assert (ours.python, other.python) == ((servers.OWN_PYTHON,), ("3.10",))  # an inline class needs the server's own
    old, other_old = servers.beside((servers.PYTHON_2,), checkout)
    assert old.python == other_old.python == ("2.7",)


def test_a_folder_that_is_no_checkout_is_named(tmp_path):
    with pytest.raises(BenchError, match=f"BENCH_BASELINE: expected a checkout after `make venv`, found {tmp_path}"):
        chosen_cases(read_options(["--baseline", str(tmp_path)]))
