"""seldon_runtime.system.scratch_file: it is there also if nothing on a disk can be written to."""

import os
import stat
import tempfile

import pytest
from seldon_runtime.system.scratch_file import scratch_file


@pytest.fixture(params=["a disk", "memory"])
def place(request, monkeypatch):
    if request.param == "memory":
        monkeypatch.setattr(tempfile, "tempdir", "/proc/no-such-folder")
    return request.param


@pytest.mark.parametrize("buffering", [-1, 0])
def test_what_is_written_is_read_and_can_become_shorter(place, buffering):
    with scratch_file(buffering) as file:
        file.write(b"a long state")
        file.seek(0)
        file.write(b"short")
        file.truncate()
        file.seek(0)
        assert file.read() == b"short"


def test_it_has_no_name_and_no_child_inherits_it(place):
    with scratch_file() as file:
        assert os.fstat(file.fileno()).st_nlink == 0
        assert not os.get_inheritable(file.fileno())
        assert stat.S_ISREG(os.fstat(file.fileno()).st_mode)


def test_it_is_in_memory_only_without_a_folder(place):
    with scratch_file() as file:
        assert os.readlink(f"/proc/self/fd/{file.fileno()}").startswith("/memfd:") == (place == "memory")
