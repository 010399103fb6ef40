"""seldon_runtime.system.backoff"""

import math

from seldon_runtime.system.backoff import Backoff


def test_waits_double_up_to_the_longest():
    backoff = Backoff(0.2, 8.0)
    assert [backoff.next_wait() for _ in range(8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 8.0, 8.0]


def test_waits_end_with_the_timeout():
    assert Backoff(0.2, 8.0, timeout=0).next_wait() is None
    last, unlimited = Backoff(0.2, 8.0, timeout=0.1).next_wait(), Backoff(0.2, 8.0).next_wait()
    assert last is not None and unlimited is not None
    assert 0 < last <= 0.1
    assert math.isfinite(unlimited)


def test_after_a_reset_the_first_wait_comes_again():
    backoff = Backoff(0.2, 8.0)
    backoff.next_wait(), backoff.next_wait()
    backoff.reset()
    assert backoff.next_wait() == 0.2


def test_a_reset_does_not_move_the_deadline():
    backoff = Backoff(0.2, 8.0, timeout=0)
    backoff.reset()
    assert backoff.next_wait() is None
