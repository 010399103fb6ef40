"""Compiles sources on several CPUs: compile_files <number of processes> <invalidation mode, or ->.

The model's own Python runs this. The lines of the standard input are paths. A file that does not compile is left out.

What a process has compiled before may change the byte code of the next file, because it changes which strings are
shared. So each part of the files has a new process, and the parts are the same for any number of CPUs.
"""

import compileall
import os
import sys

PART = 250000  # bytes of source that one process compiles


def parts_of(paths):
    """The paths, in their order, in lists of some PART bytes."""
    parts, left = [], 0
    for path in paths:
        if left <= 0:
            parts.append([])
            left = PART
        parts[-1].append(path)
        left -= os.path.getsize(path)
    return parts


def options_for(mode):
    """The arguments of `compile_file`. Python 2.7 and 3.6 have no invalidation modes."""
    options = {"force": True, "quiet": 2}
    if mode != "-":
        import py_compile

        options["invalidation_mode"] = py_compile.PycInvalidationMode[mode]
    return options


def start(paths, options):
    """Compile some files in a process of their own, and do not wait for it."""
    if os.fork():
        return
    try:
        for path in paths:
            compile_one(path, options)
    finally:
        os._exit(0)


def compile_one(path, options):
    try:
        compileall.compile_file(path, **options)
    except Exception:  # such as a RecursionError, which `compileall` lets pass; the import will tell of it
        return


def main(processes, mode, paths):
    running, options = 0, options_for(mode)
    for part in parts_of(paths):
        if running == processes:
            os.wait()
            running -= 1
        start(part, options)
        running += 1
    for _ in range(running):
        os.wait()


main(int(sys.argv[1]), sys.argv[2], sys.stdin.read().splitlines())
