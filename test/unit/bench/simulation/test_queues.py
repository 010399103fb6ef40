"""The simulated queues and workers against the server's own: the same steps have the same outcome."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from seldon_component.payload import REST, Payload
from seldon_runtime.messages import Request as RealRequest
from seldon_runtime.model import batching, request_queue
from seldon_runtime.model.batching import BatchingQueue as RealBatchingQueue
from seldon_runtime.model.request_queue import QueuedRequest, RequestQueue
from seldon_runtime.model.separate import window

from bench.simulation.queues import BatchingQueue, Queue, Request
from bench.simulation.replica import Replica, Simulation


class Clock:
    """The `time` of the server's modules."""

    now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    for module in (request_queue, batching, window):
        monkeypatch.setattr(module, "time", clock)
    return clock


class RealQueue:
    """One of the server's own queues, with the methods of a simulated one."""

    def __init__(self, queue):
        self._queue, self._requests = queue, {}
        queue.describe_component({"batches": [REST]})

    def __len__(self):
        return len(self._queue)

    def put(self, request, now, idle):
        payload = Payload("tensor", np.zeros((1, 1)))
        queued = QueuedRequest(RealRequest("predict", payload, REST), lambda *_: None)
        self._requests[id(payload)] = request, queued
        return self._queue.put(queued, lambda: idle)

    def take(self, now):
        taken = self._queue.take()
        contents: Any = [] if taken is None else taken.request.content
        return [self._requests[id(one)][0] for one in (contents if isinstance(contents, list) else [contents])]

    def abandon(self, request, now):
        [queued] = [queued for known, queued in self._requests.values() if known is request]
        self._queue.abandon(queued)


def queues(kind):
    if kind == "plain":
        return Queue(), RealQueue(RequestQueue())
    delay = {"batches": 0.0, "held back": 0.05}[kind]
    return BatchingQueue(4, delay), RealQueue(RealBatchingQueue(4, delay))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["plain", "batches", "held back"])
def test_a_simulated_queue_hands_out_what_the_servers_own_does(kind, seed, clock):
    simulated, real = queues(kind)
    chance, waiting = random.Random(seed), []
    for _ in range(400):
        clock.now += chance.choice([0.0, 0.01, 0.1, 3.0 if chance.random() < 0.02 else 0.0])
        action = chance.choices(["put", "take", "abandon"], [10, 5, 1])[0]
        if action == "put":
            waiting.append(Request(clock.now, 0.0))
            idle = chance.random() < 0.3
            assert simulated.put(waiting[-1], clock.now, idle) == real.put(waiting[-1], clock.now, idle)
        elif action == "take":
            taken = simulated.take(clock.now)
            assert taken == real.take(clock.now)
            waiting = [one for one in waiting if one not in taken]
        elif waiting:
            gone = waiting.pop(chance.randrange(len(waiting)))
            simulated.abandon(gone, clock.now)
            real.abandon(gone, clock.now)
        assert len(simulated) == len(real) == len(waiting)


@pytest.mark.parametrize("most", [1, 3, 16])
@pytest.mark.parametrize("seconds", [0.0005, 0.004, 0.05])
def test_a_simulated_worker_is_given_as_many_requests_ahead_as_a_real_one(most, seconds, clock):
    real, simulation = window.Window(most), Simulation(Replica(max_waiting=most - 1))
    [worker] = simulation._workers
    for _ in range(12):
        while real.has_room:
            assert worker.has_room
            real.give(100)
            simulation._give(worker, [Request(0.0, seconds)])
        assert not worker.has_room
        clock.now += seconds
        real.answer(100)
        simulation._run_until(simulation._events[0][0])
