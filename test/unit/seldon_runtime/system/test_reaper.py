"""seldon_runtime.system.reaper, as PID 1 of a name space of its own."""

import subprocess
import sys

CODE = """
import os, subprocess
from seldon_runtime.system.reaper import await_children, reap_orphans

assert os.getpid() == 1
reap_orphans()


def start(code):
    return subprocess.Popen(["sh", "-c", "read line; exit %d" % code], stdin=subprocess.PIPE)


def end(process):
    process.stdin.close()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
"""
AWAITED = """
ours = []
with await_children(lambda pid: len(ours) > 0 and ours[0].pid == pid), await_children(lambda pid: len(ours) > 1 and ours[1].pid == pid):
    ours += [start(3), start(4)]
    for process in ours:
        end(process)
    print([process.wait() for process in ours])
"""
ORPHAN = """
import time
with await_children(lambda pid: True):
    pass
orphan = start(5)
orphan.stdin.close()
while True:
    try:
        os.kill(orphan.pid, 0)
    except ProcessLookupError:
        break
    time.sleep(0.01)
print("reaped")
"""


def as_pid_1(code):
    command = ["unshare", "--map-root-user", "--pid", "--fork", sys.executable, "-B", "-c", CODE + code]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_each_waiter_gets_the_exit_status_of_its_process():
    finished = as_pid_1(AWAITED)
    assert (finished.returncode, finished.stdout) == (0, "[3, 4]\n"), finished.stderr


def test_a_process_that_nobody_waits_for_any_longer_is_reaped():
    finished = as_pid_1(ORPHAN)
    assert (finished.returncode, finished.stdout) == (0, "reaped\n"), finished.stderr
