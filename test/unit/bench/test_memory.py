"""Real processes of this machine."""

from __future__ import annotations

import os
import subprocess
import sys

from bench import memory


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
