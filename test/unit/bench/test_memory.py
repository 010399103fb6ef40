"""Real processes of this machine."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench import memory

SIZE = 32  # MB, far more than what two runs of the same process differ by
OF_A_FILE = "mmap.mmap(os.open('pages', os.O_RDONLY), 0, prot=mmap.PROT_READ)"
OF_ITS_OWN = f"bytearray({SIZE} << 20)"
FAMILY = "import mmap, os; pages = {}; os.fork(); sum(pages[::4096]); print(flush=True); os.read(0, 1)"


def test_a_family_is_a_process_with_its_descendants():
    code = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True); input()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            assert memory.family(parent.pid) == [parent.pid, child]
            assert memory.megabytes(parent.pid) > memory.megabytes(child) > 0
        finally:
            os.kill(child, 9)
            parent.communicate(b"\n")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "pages"
    path.write_bytes(bytes(SIZE << 20))
    return path


@contextmanager
def family(pages, folder) -> Iterator[int]:
    """The pid of a process that has these pages, as its child has. Both end with its standard input."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", FAMILY.format(pages)], cwd=folder, stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        assert [parent.stdout.readline() for _ in range(2)] == [b"\n", b"\n"]
        yield parent.pid


@pytest.mark.parametrize("pages", [OF_A_FILE, OF_ITS_OWN], ids=["a file", "its own"])
def test_a_page_that_a_family_shares_counts_once(file, pages):
    with family("b''", file.parent) as without, family(pages, file.parent) as with_pages:
        assert memory.megabytes(with_pages) - memory.megabytes(without) == pytest.approx(SIZE, abs=SIZE / 4)


def test_a_page_of_a_file_that_another_process_has_too_counts_in_full(file):
    with family(OF_A_FILE, file.parent) as pid, file.open("rb") as opened:
        before = memory.megabytes(pid)
        with mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as ours:
            sum(ours[::4096])
            assert memory.megabytes(pid) == pytest.approx(before, abs=SIZE / 4)
