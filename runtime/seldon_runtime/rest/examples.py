"""Requests that can be sent as they are, one a method."""

from __future__ import annotations

from typing import Any

_USUAL_WIDTH = 4


def example(method: str, feature_names: list[str]) -> dict[str, Any]:
    """The body of a request of `method`: one row, as wide as the component's features where those are known."""
    message = one_row(feature_names)
    if method == "aggregate":
        return {"seldonMessages": [message, message]}
    if method == "send_feedback":
        return {"request": message, "truth": {"data": {"ndarray": [[1.5]]}}, "reward": 0.5}
    return message


def one_row(names: list[str]) -> dict[str, Any]:
    """A message with one row of numbers, which no reader of JSON can take for integers."""
    row = [column + 0.5 for column in range(len(names) or _USUAL_WIDTH)]
    return {"data": {"names": names, "ndarray": [row]} if names else {"ndarray": [row]}}
