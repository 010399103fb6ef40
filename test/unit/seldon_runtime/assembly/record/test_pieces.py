"""A stream as pieces, and as a stream again."""

from __future__ import annotations

import operator
import random
import string
from pathlib import Path

import pytest
from seldon_runtime.assembly.record.pieces import Pieces, pieces_of

PRINTED = (string.ascii_letters + string.digits + "+/=").encode()  # no line ends, and nothing that JSON has to escape


@pytest.mark.parametrize("size", [0, 1, 4 << 20, (40 << 20) + 1])
def test_the_pieces_make_the_stream_again_and_are_one_line_of_text_each(size: int, tmp_path: Path) -> None:
    content = random.Random(0).randbytes(1 << 20) * 41
    content = content[:size]
    for number, piece in enumerate(pieces_of(content[start : start + 999_999] for start in range(0, size, 999_999))):
        assert not piece.translate(None, PRINTED)
        (tmp_path / f"{number:06}").write_bytes(piece)
    assert b"".join(Pieces(tmp_path).parts()) == content


def test_a_large_stream_is_never_in_memory_as_a_whole() -> None:
    megabytes = iter([bytes(1 << 20)] * 1000)
    next(pieces_of(megabytes))
    assert operator.length_hint(megabytes) > 500
