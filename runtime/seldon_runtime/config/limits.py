"""The sizes of requests that a container of some memory can take, unless a variable sets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SHARE = 16  # a request takes several times its own bytes, in both processes
_GRPC_SHARE = 64  # nothing refuses the messages of many clients at once before all of them have come
_SHARE_OF_ALL = 10
_LEAST, _GRPC_LEAST, _MOST = 2**20, 2**22, 2**30


def byte_limits(values: Mapping[str, Any], memory: int) -> dict[str, int]:
    """field of ServingSettings -> bytes. values: field -> value, None if it is not set. memory: of the container.

    One million bytes of gzip may stand for a thousand million. So a larger MAX_BODY_BYTES does not raise that limit.
    """
    usual = min(max(memory // _SHARE, _LEAST), _MOST)
    body = values["max_body_bytes"] or usual
    grpc = values["grpc_max_message_bytes"] or min(max(memory // _GRPC_SHARE, _GRPC_LEAST), _MOST)
    return {
        "max_body_bytes": body,
        "all_body_bytes": max(memory // _SHARE_OF_ALL, body),
        "max_inflated_bytes": values["max_inflated_bytes"] or min(body, usual),
        "grpc_max_message_bytes": grpc,
        "all_grpc_message_bytes": max(memory // _SHARE_OF_ALL, grpc),
    }
