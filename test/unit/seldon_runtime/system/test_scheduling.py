"""scheduling.let_others_finish."""

import os
import subprocess
import sys
import threading

from seldon_runtime.system.scheduling import let_others_finish


def test_only_the_process_or_thread_that_is_meant_gives_way():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        let_others_finish(process.pid)
        assert os.sched_getscheduler(process.pid) == os.SCHED_BATCH
        process.communicate(b"\n")
    policies = []
    thread = threading.Thread(target=lambda: (let_others_finish(), policies.append(os.sched_getscheduler(0))))
    thread.start()
    thread.join()
    assert policies == [os.SCHED_BATCH]
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_a_process_that_has_ended_is_left_alone():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    let_others_finish(ended.pid)
