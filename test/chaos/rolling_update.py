"""Containers that replace each other under load."""

from __future__ import annotations

import time
from pathlib import Path

import docker
from chaos.counting_load import Load
from support.containers import ContainerReplica
from support.redis_server import RedisServer
from support.waiting import eventually

LOAD_SECONDS = 0.4  # before each update


def roll_over(scratch: Path, image: str, updates: int) -> int:
    """Replace one container by the next, as a rolling update does; the number of requests that the old ones served.

    The state of the new container must contain all of them, because the old one saves at SIGTERM.
    """
    redis = RedisServer(scratch / "redis-of-updates").wait_until_ready()
    counts = [0] * 8
    old = _ready_container(scratch / "update-0", image, redis)
    for number in range(1, updates + 1):
        new = _ready_container(scratch / f"update-{number}", image, redis)
        counts = _replace(old, new, counts, f"update {number}")
        old = new
    old.kill()
    redis.kill()
    return sum(counts)


def _ready_container(scratch: Path, image: str, redis: RedisServer) -> ContainerReplica:
    where: dict[str, object] = {"REDIS_SERVICE_HOST": "127.0.0.1", "REDIS_SERVICE_PORT": redis.port}
    container = ContainerReplica(scratch, image, docker.from_env(), **where)
    container.ready()
    return container


def _replace(old: ContainerReplica, new: ContainerReplica, counts: list[int], what: str) -> list[int]:
    """Send requests to the old container and end it; the counts that the new one then has."""
    load = Load(old, counts)
    time.sleep(LOAD_SECONDS)
    code = old.stop()
    sent = load.stop()
    assert code == 0, f"{what}: the old container ended with {code}"
    eventually(lambda: new.save().status_code == 200, "the new container led")
    restored = new.counts()
    for confirmed, has, most in zip(load.confirmed, restored, sent, strict=True):
        assert confirmed <= has <= most, f"{what}: {load.confirmed} confirmed, {restored} restored, {sent} sent"
    return restored
