"""Processor time of real processes."""

from __future__ import annotations

import subprocess
import sys

from bench.cpu import Cpu, cpu_of

# each computes for some time, tells it, and waits; the child alone has the word in its command line
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], "seldon" + "_component"], stdout=subprocess.PIPE, stdin=subprocess.PIPE)
child.stdout.readline()
while time.process_time() < 0.05: pass
print(flush=True)
input()
child.communicate(b"x")
"""
CHILD = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True); input()"


def test_the_class_and_the_server_have_times_of_their_own():
    command = [sys.executable, "-c", PARENT, CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = cpu_of(process.pid)
        process.communicate(b"\n")
    assert found.server >= 30  # its clock has ticks of 10 ms
    assert found.of_class >= 270


def test_the_time_of_a_request_is_what_was_added():
    assert Cpu(110.0, 1200.0).each(Cpu(10.0, 200.0), 100) == Cpu(1.0, 10.0)
