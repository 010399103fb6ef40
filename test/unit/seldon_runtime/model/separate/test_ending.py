"""seldon_runtime.model.separate.ending: only a request that was not begun is left to another process."""

import pytest
from seldon_component.payload import Payload
from seldon_runtime.messages import Request
from seldon_runtime.model.request_queue import QueuedRequest
from seldon_runtime.model.separate.ending import Remains, remains_of

A, B, C = (QueuedRequest(Request("predict", Payload("strData", name)), lambda payload, error: None) for name in "abc")


@pytest.mark.parametrize(("answered", "begun", "current", "is_broken", "expected"), [
    (0, 0, None, False, Remains(None, [], [A, B, C])),
    (0, 1, 1, False, Remains(A, [A], [B, C])),
    (5, 7, 7, False, Remains(B, [A, B], [C])),
    (5, 7, None, False, Remains(None, [A, B], [C])),
    (5, 7, None, True, Remains(A, [A, B], [C])),
    (5, None, None, False, Remains(A, [A, B, C], [])),
    (5, 4, None, False, Remains(A, [A, B, C], [])),
    (5, 9, 9, False, Remains(A, [A, B, C], [])),
])  # fmt: skip
def test_only_what_was_not_begun_is_left_to_another_process(answered, begun, current, is_broken, expected):
    assert remains_of([A, B, C], answered, begun, current, is_broken) == expected


def test_a_process_without_requests_leaves_none():
    assert remains_of([], 3, 3, None, False) == Remains(None, [], [])
