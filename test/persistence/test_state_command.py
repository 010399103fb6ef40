"""`seldon-core-microservice state …` with the variables of a component, and without one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from support.hostile_pickle import hostile_pickle
from support.replicas import KEY, Replica

Make = Callable[..., Replica]
SIGNING_KEY = "k" * 16


@pytest.fixture
def stored(replica: Make) -> Replica:
    """A replica that has saved generations 1, 2 and 3, one request after the other. It does not run."""
    one = replica().ready()
    for _ in range(3):
        one.count()
        one.saved()
    one.kill()
    return one


def text(result: subprocess.CompletedProcess[bytes]) -> str:
    assert result.returncode == 0, result.stderr
    return result.stdout.decode()


def test_list_has_one_line_for_each_generation(stored: Replica) -> None:
    lines = [line.split("\t") for line in text(stored.state("list")).splitlines()]
    assert [(line[0], line[3]) for line in lines] == [(str(number), "dict of counting.Dicted") for number in (3, 2, 1)]


def test_show_prints_the_envelope_and_the_entries_of_a_dict(stored: Replica) -> None:
    shown = text(stored.state("show", "2"))
    for line in (f"key: {KEY}", "generation: 2", "class: counting.Dicted", "form: dict", "signed: no", "intact: yes",
                 "  counts: array <i8 [8]", "  note: text 'kept'", "  rate: number 0.5"):
        assert line in shown.splitlines()
    assert "python: 3." in shown and "numpy " in shown


def test_show_unpickles_nothing(replica: Make, store: redis.Redis, tmp_path: Path) -> None:
    store.set(KEY, hostile_pickle(tmp_path / "was-here"))
    one = replica()
    assert "not in an envelope" in text(one.state("list"))
    assert text(one.state("show")).splitlines()[0] == "form: raw pickle"
    assert not (tmp_path / "was-here").exists()


def test_rollback_writes_an_earlier_generation_as_the_latest(stored: Replica) -> None:
    assert text(stored.state("rollback")) == "generation 4 is generation 2 again\n"
    assert stored.ready().counts()[0] == 2


def test_a_missing_generation_is_named(stored: Replica) -> None:
    result = stored.state("rollback", "9")
    assert result.returncode == 31
    assert "there is no generation 9" in result.stderr.decode()
    assert "generations found: 3, 2, 1" in result.stderr.decode()


def test_an_export_is_imported_elsewhere(stored: Replica, store: redis.Redis) -> None:
    exported = stored.state("export", "2").stdout
    store.flushall()
    assert text(stored.state("import", stdin=exported)) == "generation 1 is the imported one\n"
    assert stored.ready().counts()[0] == 2


def test_a_truncated_import_is_refused(stored: Replica, store: redis.Redis) -> None:
    exported = stored.state("export").stdout
    result = stored.state("import", stdin=exported[:-1])
    assert (result.returncode, result.stderr) == (31, b"its checksum does not fit: it was changed or truncated\n")


def test_a_trusted_import_introduces_a_key(stored: Replica) -> None:
    exported = stored.state("export").stdout
    refused = stored.state("import", stdin=exported, PERSISTENCE_KEY=SIGNING_KEY)
    assert (refused.returncode, refused.stderr) == (31, b"it is not signed, and PERSISTENCE_KEY is set\n")
    assert text(stored.state("import", "--trust", stdin=exported, PERSISTENCE_KEY=SIGNING_KEY)) == "generation 4 is the imported one\n"
    assert "signed: yes" in text(stored.state("show", PERSISTENCE_KEY=SIGNING_KEY))
    stored.variables["PERSISTENCE_KEY"] = SIGNING_KEY
    assert stored.ready().counts()[0] == 3


def test_the_key_can_be_read_from_a_file(stored: Replica, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SIGNING_KEY + "\n")
    exported = stored.state("export").stdout
    text(stored.state("import", "--trust", stdin=exported, PERSISTENCE_KEY_FILE=tmp_path / "key"))
    assert "signed with this PERSISTENCE_KEY" in text(stored.state("show", PERSISTENCE_KEY=SIGNING_KEY))
    missing = stored.state("show", PERSISTENCE_KEY_FILE=tmp_path / "none")
    assert (missing.returncode, missing.stderr.decode()) == (
        10, f"PERSISTENCE_KEY_FILE: expected a readable file, found {tmp_path}/none (No such file or directory)\n")


def test_a_store_that_does_not_respond_exits_with_30(replica: Make) -> None:
    result = replica(REDIS_SERVICE_PORT=1).state("list")
    assert result.returncode == 30
    assert result.stderr.decode().startswith("redis://127.0.0.1:1/0: ")


def test_the_command_needs_no_model(replica: Make, tmp_path: Path) -> None:
    one = replica()
    one.folder = tmp_path
    del one.variables["MODEL_NAME"]
    assert text(one.state("list")) == ""
