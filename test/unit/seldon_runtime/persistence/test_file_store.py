"""seldon_runtime.persistence.file_store: what a volume alone has."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from seldon_runtime.errors import StateUnreachable
from seldon_runtime.persistence.file_store import FileStore
from stores import NAME, FilePlace, read, repository, write


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(StateUnreachable, match=f"file://{tmp_path}/none: No such file or directory"):
        FileStore(f"file://{tmp_path}/none", NAME, 3).hold("me", 60)


def test_the_files_belong_to_the_group_whatever_the_umask(tmp_path):
    place = FilePlace(tmp_path)
    place.store().hold("me", 60)
    write(repository(place), b"one")
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == dict.fromkeys(
        [f"{NAME}.1", f"{NAME}.lease", f"{NAME}.lock"], "0o660")


def test_a_value_is_on_the_disk_whole_before_it_takes_its_name_and_then_so_is_its_name(tmp_path, monkeypatch):
    steps, fsync, rename = [], os.fsync, Path.rename

    def synced(descriptor):
        about = os.fstat(descriptor)
        steps.append("folder synced" if stat.S_ISDIR(about.st_mode) else f"{about.st_size} bytes synced")
        fsync(descriptor)

    def renamed(path, new):
        steps.append(f"{path.suffix} renamed to {new.suffix}")
        return rename(path, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    FilePlace(tmp_path).store().write(3, iter([b"on", b"e"]), None, None)
    assert steps == ["3 bytes synced", ".new renamed to .1", "folder synced"]


def test_names_cannot_lead_out_of_the_folder(tmp_path):
    store = FileStore(f"file://{tmp_path}", "persistence_../../x_0_0", 3)
    store.write(1, iter([b"x"]), None, None)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".1"] == ["persistence_..%2F..%2Fx_0_0.1"]


def test_states_of_other_keys_in_the_folder_are_no_business_of_ours(tmp_path):
    FileStore(f"file://{tmp_path}", NAME + "2", 3).write(1, iter([b"x"]), None, None)
    assert read(repository(FilePlace(tmp_path))) is None


HOLD = """
import sys
from seldon_runtime.persistence.file_store import FileStore
assert FileStore("file://" + sys.argv[1], sys.argv[2], 3).hold("other", 60)
print("held", flush=True)
sys.stdin.read()
"""


def test_the_lease_ends_with_the_process_that_holds_it_however_that_ends(tmp_path):
    own = FilePlace(tmp_path).store()
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path, NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        assert not own.hold("me", 60)
        other.kill()
        other.wait()
        assert own.hold("me", 60)
