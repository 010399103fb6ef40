"""Compiles sources on several CPUs: compile_files <number of processes>.

The model's own Python runs this. A line of the standard input is an invalidation mode and a path. A file that does not
compile is left out.

What a process has compiled before may change the byte code of the next file, because it changes which strings are
shared. So each part of the files has a new process, and the parts are the same for any number of CPUs.
"""

import compileall
import itertools
import os
import py_compile
import sys

PART = 250000  # bytes of source that one process compiles
MODES = getattr(py_compile, "PycInvalidationMode", None)  # Python 2.7 and 3.6 have none


def parts_of(lines):
    """Pairs of a mode and a list of paths, in their order. A list has some PART bytes."""
    pairs = (line.split(" ", 1) for line in lines)
    for mode, group in itertools.groupby(pairs, key=lambda pair: pair[0]):
        part, size = [], 0
        for _, path in group:
            part.append(path)
            size += os.path.getsize(path)
            if size >= PART:
                yield mode, part
                part, size = [], 0
        if part:
            yield mode, part


def start(mode, paths):
    """Compile some files in a process of their own, and do not wait for it."""
    if os.fork():
        return
    options = {"invalidation_mode": MODES[mode]} if MODES else {}
    try:
        for path in paths:
            compile_one(path, options)
    finally:
        os._exit(0)


def compile_one(path, options):
    try:
        compileall.compile_file(path, force=True, quiet=2, **options)
    except Exception:  # such as a RecursionError, which `compileall` lets pass; the import will tell of it
        return


def main(processes, lines):
    running = 0
    for mode, paths in parts_of(lines):
        if running == processes:
            os.wait()
            running -= 1
        start(mode, paths)
        running += 1
    for _ in range(running):
        os.wait()


main(int(sys.argv[1]), sys.stdin.read().splitlines())
