"""seldon_runtime.persistence.file_store: the behaviour that only a volume has."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from seldon_runtime.errors import StateUnreachable
from seldon_runtime.persistence.file_store import FileStore
from support.stores import NAME, FilePlace, read, repository, write


def test_a_missing_folder_is_not_created(tmp_path):
    with pytest.raises(StateUnreachable, match=f"file://{tmp_path}/none: No such file or directory"):
        FileStore(f"file://{tmp_path}/none", NAME, 3).acquire("me", 60)


def test_the_group_may_write_the_files_whatever_the_umask(tmp_path):
    place = FilePlace(tmp_path)
    place.store().acquire("me", 60)
    write(repository(place), b"one")
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == dict.fromkeys(
        [f"{NAME}.1", f"{NAME}.lease", f"{NAME}.lock"], "0o660")


def test_a_file_is_synced_then_renamed_then_its_folder_is_synced(tmp_path, monkeypatch):
    steps, fsync, rename = [], os.fsync, Path.rename

    def synced(descriptor):
        status = os.fstat(descriptor)
        steps.append("folder synced" if stat.S_ISDIR(status.st_mode) else f"{status.st_size} bytes synced")
        fsync(descriptor)

    def renamed(path, new):
        steps.append(f"{path.suffix} renamed to {new.suffix}")
        return rename(path, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    FilePlace(tmp_path).store().write(3, iter([b"on", b"e"]), None, None)
    assert steps == ["3 bytes synced", ".new renamed to .1", "folder synced"]


def test_a_key_cannot_name_a_file_outside_the_folder(tmp_path):
    store = FileStore(f"file://{tmp_path}", "persistence_../../x_0_0", 3)
    store.write(1, iter([b"x"]), None, None)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".1"] == ["persistence_..%2F..%2Fx_0_0.1"]


def test_the_states_of_other_keys_are_ignored(tmp_path):
    FileStore(f"file://{tmp_path}", NAME + "2", 3).write(1, iter([b"x"]), None, None)
    assert read(repository(FilePlace(tmp_path))) is None


HOLD_THE_LEASE = """
import sys
from seldon_runtime.persistence.file_store import FileStore
assert FileStore("file://" + sys.argv[1], sys.argv[2], 3).acquire("other", 60)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_killed_process_loses_its_lease(tmp_path):
    own = FilePlace(tmp_path).store()
    with subprocess.Popen([sys.executable, "-c", HOLD_THE_LEASE, tmp_path, NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert not own.acquire("me", 60)
        other.kill()
        other.wait()
        assert own.acquire("me", 60)
