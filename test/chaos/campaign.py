"""Faults at random points of saves, round after round: `make chaos` (CHAOS_ROUNDS=, CHAOS_UPDATES=, CHAOS_SEED=).

Several clients send requests to a counting router, which saves all the time. Each round kills one of these with -9: the
component, the server, Redis (which appends to a file), or Redis and the server at once, as if their machine was lost.
With an image, the container too. Then the round starts everything again and checks the restored counts:

- They are those of the stored generation.
- That generation is not older than the last acknowledged one.
- They contain every request that an acknowledged save contained.

The first round that fails ends the campaign. The printed seed repeats it.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
from seldon_component.state import dictionary as state_dict
from seldon_runtime.persistence.redis_store import RedisStore
from seldon_runtime.persistence.repository import StateRepository
from seldon_runtime.persistence.signer import Signer

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "persistence")]

from chaos.counting_load import Load  # noqa: E402
from chaos.rolling_update import roll_over  # noqa: E402
from support.containers import ContainerReplica, build  # noqa: E402
from support.redis_server import RedisServer  # noqa: E402
from support.replicas import KEY, Replica  # noqa: E402
from support.waiting import eventually  # noqa: E402

LONGEST = 0.4  # seconds from the beginning of the load to the fault


def _kill(replica: Replica) -> None:
    replica.kill()


class Campaign:
    """The rounds, one after the other, on one Redis."""

    def __init__(self, scratch: Path, seed: int, image: str | None = None) -> None:
        """image: contains the counting app, for the rounds that kill a container."""
        self._random = random.Random(seed)
        self._redis = RedisServer(scratch / "redis", "--appendonly", "yes").wait_until_ready()
        where: dict[str, Any] = {"REDIS_SERVICE_HOST": "127.0.0.1", "REDIS_SERVICE_PORT": self._redis.port, "RESTART_LIMIT": 1000}
        self._process = Replica(scratch / "replica", **where)
        self._faults: dict[str, Callable[[Replica], None]] = {
            "the component": self._kill_component, "the server": _kill, "Redis": self._kill_redis,
            "Redis and the server at once": self._kill_both}
        self._container: ContainerReplica | None = None
        if image:
            self._faults["the container"] = _kill
            self._container = ContainerReplica(scratch / "container", image, docker.from_env(), **where)
        self._repository = StateRepository(RedisStore(self._redis.url, KEY, 3), Signer(KEY, None, 2**29))
        self._counts = [0] * 8
        self._generation = 0
        self.rounds: Counter[str] = Counter()
        self.saves: Counter[str] = Counter()

    def run(self, rounds: int) -> None:
        for _ in range(rounds):
            self.run_one(self._random.choice(list(self._faults)))

    def run_one(self, fault: str) -> None:
        replica = self._container if fault == "the container" else self._process
        assert replica is not None, "a container needs an image"
        replica.ready()
        load = Load(replica, self._counts)
        time.sleep(self._random.uniform(0, LONGEST))
        # a save of the restarted component does not contain the requests that the killed one had served since its last save
        load.counts_acknowledgements = fault != "the component"
        self._faults[fault](replica)
        sent = load.stop()
        self._start_again(replica)
        self.rounds[fault] += 1
        self.saves[fault] += load.saves
        self._check(f"round {self.rounds.total()}, kill -9 of {fault}", load, replica.counts(), sent)
        replica.kill()

    def _check(self, what: str, load: Load, counts: list[int], sent: list[int]) -> None:
        generation, stored = self._stored()
        assert generation >= load.generation, f"{what}: {generation} is stored, {load.generation} was acknowledged"
        assert generation >= self._generation, f"{what}: the generation went back from {self._generation} to {generation}"
        assert counts == stored, f"{what}: restored {counts}, and generation {generation} has {stored}"
        for had, has, most in zip(load.acknowledged, counts, sent, strict=True):
            assert had <= has <= most, f"{what}: {load.acknowledged} acknowledged, {counts} restored, {sent} sent"
        self._counts, self._generation = counts, generation

    def _stored(self) -> tuple[int, list[int]]:
        """(generation, counts) in Redis; zeros before the first save."""
        payload = io.BytesIO()
        found = self._repository.read(payload)
        if found is None:
            return 0, [0] * 8
        payload.seek(0)
        return found[0].generation, [int(count) for count in state_dict.read(payload)["counts"]]

    def _start_again(self, replica: Replica) -> None:
        """Start Redis and the replica again, so that the component is restored."""
        if self._redis.process.poll() is not None:
            self._redis.start()
        self._redis.wait_until_ready()
        if replica.status("/live"):
            replica.kill()
        replica.ready()

    def _kill_component(self, replica: Replica) -> None:
        pid = int(replica.command("look").json()["meta"]["tags"]["pid"])
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: replica.command("look").json()["meta"]["tags"]["pid"] != pid, "the component was restarted")

    def _kill_redis(self, replica: Replica) -> None:
        self._redis.kill()

    def _kill_both(self, replica: Replica) -> None:
        self._redis.process.kill()
        replica.kill()
        self._redis.process.wait()

    def end(self) -> None:
        """Kill the processes that a failed round has left."""
        for replica in (self._process, self._container):
            if replica is not None and replica.status("/live"):
                replica.kill()
        self._redis.kill()

    def table(self) -> str:
        rows = [f"| kill -9 of {fault} | {self.rounds[fault]} | {self.saves[fault]} | 0 |" for fault in self._faults]
        total = f"| all | {self.rounds.total()} | {self.saves.total()} | 0 |"
        return "\n".join(["| fault | rounds | acknowledged saves | lost saves |", "|---|---|---|---|", *rows, total])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--updates", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--builder", help="a builder image, for the rounds and updates that need a container")
    options = parser.parse_args()
    seed = random.randrange(10**9) if options.seed is None else options.seed
    print(f"{options.rounds} rounds, --seed {seed}", flush=True)
    image = f"seldon-chaos:{os.getpid()}" if options.builder else None
    if image:
        build(options.builder, image)
    with tempfile.TemporaryDirectory() as scratch:
        print(run_rounds(Path(scratch), options.rounds, seed, image))
        if image:
            served = roll_over(Path(scratch), image, options.updates)
            print(f"\n{options.updates} rolling updates: {served} requests served by the old ones, lost: 0")
            docker.from_env().images.remove(image, force=True)


def run_rounds(scratch: Path, rounds: int, seed: int, image: str | None) -> str:
    """The table of a campaign."""
    campaign = Campaign(scratch, seed, image)
    try:
        campaign.run(rounds)
    finally:
        campaign.end()
    return campaign.table()


if __name__ == "__main__":
    main()
