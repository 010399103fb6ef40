"""seldon_runtime.system.process_identity: a process is known again, and another one is not taken for it."""

import os
import subprocess

from seldon_runtime.system.process_identity import has_ended, identity_of


def test_a_process_has_ended_once_it_is_gone():
    with subprocess.Popen(["sleep", "600"]) as process:
        identity = identity_of(process.pid)
        assert not has_ended(identity)
        process.kill()
    assert has_ended(identity)


def test_another_process_with_the_same_number_is_another_one():
    own = identity_of(os.getpid())
    assert not has_ended(own)
    assert has_ended(own + "1")


def test_nothing_is_known_of_a_process_elsewhere():
    where, _, process = identity_of(os.getpid()).partition("/")
    assert not has_ended(f"another-{where}/{process}1")
    assert not has_ended("")
