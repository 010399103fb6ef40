"""Digests of files: by name and content, and never with a whole file in memory."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from pathlib import Path

from seldon_runtime.assembly.digests import digest_of_file, digest_of_folder

MEGABYTE = 1 << 20


def test_a_large_file_is_read_in_pieces(tmp_path: Path) -> None:
    model = tmp_path / "weights.bin"
    with model.open("wb") as file:
        file.truncate(64 * MEGABYTE)
    tracemalloc.start()
    digest_of_folder(tmp_path)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert highest < 8 * MEGABYTE
    assert digest_of_file(model) == hashlib.sha256(bytes(64 * MEGABYTE)).hexdigest()


def test_names_contents_and_targets_of_links_count_and_byte_code_does_not(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "MyModel.py").write_text("X = 1\n")
    first = digest_of_folder(folder)
    (folder / "MyModel.pyc").touch()
    assert digest_of_folder(folder) == first
    (folder / "latest").symlink_to("/no/such/file")
    with_link = digest_of_folder(folder)
    (folder / "latest").unlink()
    (folder / "latest").symlink_to("MyModel.py")
    (folder / "MyModel.py").rename(folder / "Other.py")
    assert len({first, with_link, digest_of_folder(folder)}) == 3


def test_a_name_that_is_not_utf8_is_a_name(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")).touch()
    assert digest_of_folder(tmp_path) == digest_of_folder(tmp_path)
