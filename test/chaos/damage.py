"""Damage to the bytes of a message, without a look at their meaning."""

from __future__ import annotations

from random import Random


def cut(random: Random, body: bytes) -> bytes:
    return body[:random.randrange(len(body) + 1)]


def flip(random: Random, body: bytes) -> bytes:
    found = bytearray(body)
    for _ in range(random.choice((1, 1, 4)) if found else 0):
        found[random.randrange(len(found))] ^= 1 << random.randrange(8)
    return bytes(found)
