"""A stream as pieces, and as a stream again."""

from __future__ import annotations

import operator
import random
import string
from pathlib import Path

import pytest
from seldon_runtime.assembly.record.pieces import Pieces, packed, pieces_of

PRINTED = (string.ascii_letters + string.digits + "+/=").encode()  # no line ends, and nothing that JSON has to escape


@pytest.mark.parametrize("size", [0, 1, 4 << 20, (40 << 20) + 1])
def test_the_pieces_make_the_stream_again_and_are_one_line_of_text_each(size: int, tmp_path: Path) -> None:
    content = random.Random(0).randbytes(1 << 20) * 41
    content = content[:size]
    for number, piece in enumerate(pieces_of(content[start : start + 999_999] for start in range(0, size, 999_999))):
        assert not piece.translate(None, PRINTED)
        (tmp_path / f"{number:06}").write_bytes(piece)
    assert b"".join(Pieces(tmp_path).parts()) == content


@pytest.mark.parametrize("room", [0, 3 << 20, 1 << 30])
def test_a_stream_is_read_again_from_memory_as_far_as_there_is_room(room: int, tmp_path: Path) -> None:
    for number, text in enumerate((b"first", b"the second")):
        (tmp_path / str(number)).write_bytes(packed(text * (1 << 19)))
    pieces = Pieces(tmp_path, room)
    first = list(pieces.parts())
    assert b"".join(first) == b"first" * (1 << 19) + b"the second" * (1 << 19)
    for path in tmp_path.iterdir():
        path.write_bytes(packed(b"changed"))
    kept = [content for content, again in zip(first, pieces.parts(), strict=True) if content == again]
    assert kept == {0: [], 3 << 20: first[:1], 1 << 30: first}[room]


def test_a_large_stream_is_never_in_memory_as_a_whole() -> None:
    megabytes = iter([bytes(1 << 20)] * 1000)
    next(pieces_of(megabytes))
    assert operator.length_hint(megabytes) > 500
