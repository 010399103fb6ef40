"""seldon_runtime.system.shutdown: no signal is lost, whichever thread gets it."""

import subprocess
import sys

import pytest

BEGIN = """
import os, signal, threading, time
from seldon_runtime.system.shutdown import ShutdownSignal
shutdown = ShutdownSignal()
shutdown.catch_signals()
def to_another_thread(number):
    threading.Thread(target=lambda: (time.sleep(0.3), signal.pthread_kill(threading.get_ident(), number)), daemon=True).start()
"""


def waits(*lines):
    """Exit code of a process that waits for the shutdown after `lines`."""
    code = "\n".join([BEGIN, *lines, "shutdown.wait()"])
    return subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_that_another_thread_gets_wakes_the_main_one(number):
    assert waits(f"to_another_thread(signal.{number})") == 0


@pytest.mark.parametrize("line", ["os.kill(os.getpid(), signal.SIGTERM)", "shutdown.fail()"])
def test_what_came_before_the_wait_is_not_forgotten(line):
    assert waits(line) == 0


def test_a_failure_in_another_thread_ends_the_wait():
    assert waits("threading.Timer(0.3, shutdown.fail).start()") == 0


def test_a_signal_that_the_users_code_handles_is_no_end():
    lines = ("signal.signal(signal.SIGUSR1, lambda *_: None)", "os.kill(os.getpid(), signal.SIGUSR1)",
             "threading.Timer(0.3, os._exit, [7]).start()")
    assert waits(*lines) == 7


@pytest.mark.parametrize(("line", "code"), [("shutdown.notify()", 0), ("threading.Timer(0.3, shutdown.notify).start()", 0),
                                            ("os.kill(os.getpid(), signal.SIGTERM)", 1), ("shutdown.fail()", 1)])
def test_a_notice_is_told_from_the_end(line, code):
    assert waits(line, "noticed = shutdown.wait_for_notice()", "shutdown.fail()", "shutdown.wait()",
                 "assert not shutdown.wait_for_notice()", "os._exit(0 if noticed else 1)") == code


def test_a_notice_is_no_end():
    assert waits("shutdown.notify()", "threading.Timer(0.3, os._exit, [7]).start()") == 7


ANOTHER = ("shutdown.wait()", "shutdown.wait_for_another({seconds})", "os._exit({code} if shutdown.has_failed else 7)")


@pytest.mark.parametrize("line", ["os.kill(os.getpid(), signal.SIGINT)", "to_another_thread(signal.SIGTERM)", "shutdown.fail()"])
def test_after_one_signal_another_one_or_a_failure_is_waited_for(line):
    lines = [text.format(seconds=3600, code=8) for text in ANOTHER]
    code = 8 if "fail" in line else 7
    assert waits("os.kill(os.getpid(), signal.SIGTERM)", lines[0], line, *lines[1:]) == code


def test_one_signal_counts_once_and_the_wait_for_another_ends_by_itself():
    lines = [text.format(seconds=0.5, code=8) for text in ANOTHER]
    begun, ended = "begun = time.monotonic()", "if time.monotonic() - begun < 0.5: os._exit(9)"
    assert waits("os.kill(os.getpid(), signal.SIGTERM)", lines[0], begun, lines[1], ended, lines[2]) == 7


def test_two_signals_that_came_at_once_leave_nothing_to_wait_for():
    lines = [text.format(seconds=3600, code=8) for text in ANOTHER]
    assert waits(*["os.kill(os.getpid(), signal.SIGTERM)"] * 2, *lines) == 7
