"""Protobuf's own classes of the messages of `inference.proto`, for those that are small and rare."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError as DecodeError

SERVICE = "inference.GRPCInferenceService"
_DESCRIPTOR_SET = Path(__file__).parent / "inference.pb"


def add_to(pool: descriptor_pool.DescriptorPool) -> None:
    """Add the service and its messages to a pool, for example to that of the reflection service."""
    for file in descriptor_pb2.FileDescriptorSet.FromString(_DESCRIPTOR_SET.read_bytes()).file:
        pool.AddSerializedFile(file.SerializeToString())


@cache
def pool() -> descriptor_pool.DescriptorPool:
    """A pool that has nothing else."""
    made = descriptor_pool.DescriptorPool()
    add_to(made)
    return made


@cache
def message_class(name: str) -> Any:
    """The class of a message, for example of `ModelReadyRequest`."""
    return message_factory.GetMessageClass(pool().FindMessageTypeByName(f"inference.{name}"))
