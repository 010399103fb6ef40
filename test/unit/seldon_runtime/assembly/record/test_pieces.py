"""A stream as pieces, and as a stream again."""

from __future__ import annotations

import os
import random
import string
from pathlib import Path

import pytest
from seldon_runtime.assembly.record.pieces import PieceWriter, join_pieces

PRINTED = (string.ascii_letters + string.digits + "+/=").encode()  # no line ends, and nothing that JSON has to escape


def pieces_of(*contents: bytes) -> list[tuple[int, bytes]]:
    pieces: list[tuple[int, bytes]] = []
    with PieceWriter(lambda number, piece: pieces.append((number, piece))) as writer:
        assert [writer.write(content) for content in contents] == list(map(len, contents))
    return pieces


@pytest.mark.parametrize("size", [0, 1, 4 << 20, (40 << 20) + 1])
def test_the_pieces_make_the_stream_again_and_are_one_line_of_text_each(size: int, tmp_path: Path) -> None:
    content = random.Random(0).randbytes(1 << 20) * 41
    content = content[:size]
    pieces = pieces_of(*(content[start : start + 999_999] for start in range(0, size, 999_999)))
    assert [number for number, _ in pieces] == list(range(len(pieces)))
    for number, piece in pieces:
        assert not piece.translate(None, PRINTED)
        (tmp_path / f"{number:06}").write_bytes(piece)
    with join_pieces(tmp_path) as stream:
        assert stream.read() == content


def test_a_reader_that_has_gone_ends_the_writing() -> None:
    def fail(number: int, piece: bytes) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError), PieceWriter(fail) as writer:
        for _ in range(100):
            writer.write(os.urandom(4 << 20))
