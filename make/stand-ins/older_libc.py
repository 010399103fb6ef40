#!/usr/bin/env python3
"""Binds functions of a libc that is not here yet to their oldest version: older_libc.py <shared library> ...

Debian's newest interpreters run on the libc of the release before, except `termios`. It needs four functions for the
speed of a serial line by the names that glibc 2.42 gave them. An older libc has them by their first names. It refuses
the constants of the newer one, so a stand-in cannot set such a speed.
"""

import os
import struct
import sys

PREFIX = "GLIBC_"
ENTRY = struct.Struct(
    "<IHHII"
)  # Elf_Vernaux: hash and flags of the version, its index, the offset of its name, the next


def elf_hash(name: str) -> int:
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high & 0xFFFFFFFF
    return value


def number(version: str) -> "tuple[int, ...]":
    return tuple(map(int, version.removeprefix(PREFIX).split(".")))


def versions_in(library: bytes) -> "list[str]":
    """The names of libc's versions in a library's table of strings, the oldest first."""
    names = {text.decode() for text in library.split(b"\0") if text.startswith(PREFIX.encode()) and text[6:7].isdigit()}
    return sorted(names, key=number)


def bind(library: bytes, here: str) -> bytes:
    """The library with each version newer than `here` replaced by the oldest one that it needs."""
    oldest, *others = versions_in(library)
    _, _, _, name, _ = ENTRY.unpack_from(library, library.index(struct.pack("<I", elf_hash(oldest))))
    changed = bytearray(library)
    for version in others:
        if number(version) > number(here):
            at = library.index(struct.pack("<I", elf_hash(version)))
            _, flags, index, _, following = ENTRY.unpack_from(library, at)
            ENTRY.pack_into(changed, at, elf_hash(oldest), flags, index, name, following)
    return bytes(changed)


def main() -> None:
    here = PREFIX + os.confstr("CS_GNU_LIBC_VERSION").split()[1]
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            library = file.read()
        with open(path, "wb") as file:
            file.write(bind(library, here))


main()
