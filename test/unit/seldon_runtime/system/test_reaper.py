"""seldon_runtime.system.reaper, as PID 1 of a name space of its own."""

import subprocess
import sys

CODE = """
import os, subprocess
from seldon_runtime.system.reaper import reap_orphans

assert os.getpid() == 1
ours = []
for place in range(2):
    reap_orphans(lambda pid, place=place: place < len(ours) and ours[place].pid == pid)
ours += [subprocess.Popen(["sh", "-c", "read line; exit %d" % code], stdin=subprocess.PIPE) for code in (3, 4)]
for process in ours:
    process.stdin.close()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
print([process.wait() for process in ours])
"""


def test_everybody_who_waits_for_a_process_gets_its_exit_status():
    done = subprocess.run(["unshare", "--map-root-user", "--pid", "--fork", sys.executable, "-B", "-c", CODE], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout) == (0, "[3, 4]\n"), done.stderr
