"""seldon_runtime.system.shutdown: no word of the end is lost, whichever thread it comes to."""

import subprocess
import sys

import pytest

BEGIN = """
import os, signal, threading, time
from seldon_runtime.system.shutdown import ShutdownSignal
ending = ShutdownSignal()
ending.catch_signals()
def to_another_thread(number):
    threading.Thread(target=lambda: (time.sleep(0.3), signal.pthread_kill(threading.get_ident(), number)), daemon=True).start()
"""


def waits(*lines):
    """Exit code of a process that waits for its end after `lines`."""
    code = "\n".join([BEGIN, *lines, "ending.wait()"])
    return subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_that_another_thread_gets_wakes_the_main_one(number):
    assert waits(f"to_another_thread(signal.{number})") == 0


@pytest.mark.parametrize("line", ["os.kill(os.getpid(), signal.SIGTERM)", "ending.fail()"])
def test_what_came_before_the_wait_is_not_forgotten(line):
    assert waits(line) == 0


def test_a_failure_in_another_thread_ends_the_wait():
    assert waits("threading.Timer(0.3, ending.fail).start()") == 0


def test_a_signal_of_the_users_own_is_no_end():
    lines = ("signal.signal(signal.SIGUSR1, lambda *_: None)", "os.kill(os.getpid(), signal.SIGUSR1)",
             "threading.Timer(0.3, os._exit, [7]).start()")
    assert waits(*lines) == 7
