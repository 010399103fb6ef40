"""scheduling.use_batch_scheduling."""

import os
import subprocess
import sys
import threading

from seldon_runtime.system.scheduling import use_batch_scheduling


def test_only_the_process_or_thread_that_is_meant_gives_way():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        use_batch_scheduling(process.pid)
        assert os.sched_getscheduler(process.pid) == os.SCHED_BATCH
        process.communicate(b"\n")
    policies = []

    def run():
        use_batch_scheduling()
        policies.append(os.sched_getscheduler(0))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert policies == [os.SCHED_BATCH]
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_a_process_that_has_ended_is_left_alone():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    use_batch_scheduling(ended.pid)
