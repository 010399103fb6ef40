"""The life of a pod: it starts, becomes ready, is scraped, responds, and is deleted while requests come."""

from __future__ import annotations

import threading
from typing import NamedTuple

from support.steady_load import Load
from support.waiting import eventually, in_background

from .pod import Pod, PodContainer
from .pod_clients import Response, clients_of, scrapes_of

# one line for each fact; the shell is the image's own
_LOOK = ("grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' /proc/1/status | cut -f 1,2; "
         "touch /microservice/new 2>/dev/null && echo 'Root:\twritable' || echo 'Root:\tread-only'; "
         "touch /tmp/new && echo '/tmp:\twritable'")  # fmt: skip
_CONFINED = {"Uid": True, "CapEff": "0" * 16, "NoNewPrivs": "1", "Seccomp": "2", "Root": "read-only", "/tmp": "writable"}
_LATE_REQUESTS = 10  # of each client, before and after the pod says that it ends
LONG_DRAIN = 60  # seconds
MESSAGE = {"data": {"ndarray": [[1.0, 2.0]]}}


class Life(NamedTuple):
    """What there is to say of a pod that has ended.

    metrics: one text for each container that was scraped. confined: facts of each container's first process.
    first: response before the load. responses: of the load, for each client; failures: of all of them.
    kills: probes for which a kubelet would have restarted a container. log: of all containers.
    """

    metrics: list[str]
    confined: list[dict[str, str]]
    first: Response
    responses: dict[str, int]
    failures: list[Exception]
    kills: list[str]
    exit_codes: list[int]
    log: str


def live(pod: Pod, method: str = "predict", message: Response | None = None) -> Life:
    """method: of the class. message: what each client sends, in the JSON form."""
    try:
        pod.start()
        eventually(lambda: pod.is_ready or pod.kills or not _runs(pod), "the pod was ready")
        assert pod.is_ready, f"{pod.kills}\n{pod.log}"
        clients = clients_of(pod, method, message or MESSAGE)
        first = [send() for send in clients.values()]
        metrics, confined = list(scrapes_of(pod)), [_confinement(one) for one in pod.containers]
        loads = {name: Load(lambda send=send: str(bool(send())), 1) for name, send in clients.items()}  # type: ignore[misc]
        exit_codes = _delete(pod, list(loads.values()))
        return Life(metrics, confined, first[0], {name: load.responses for name, load in loads.items()},
                    [failure for load in loads.values() for failure in load.failures], pod.kills, exit_codes, pod.log)
    finally:
        pod.remove()


def _delete(pod: Pod, loads: list[Load]) -> list[int]:
    """End the pod under load. The exit codes of its containers.

    The proxies of a cluster still send requests for some time after the deletion has begun: during a preStop hook, and
    after the server has said that it is not ready. The second SIGTERM ends a long drain, so that it depends on no time.
    """
    _await_requests(loads)
    drained = threading.Event()
    ended = in_background(lambda: pod.stop(drained.wait))
    if not pod.has_hook:
        eventually(lambda: not pod.readiness_succeeds(), "the pod was not ready any longer")
    if pod.has_hook or pod.drain >= LONG_DRAIN:
        _await_requests(loads)
    for load in loads:
        load.stop()
    drained.set()
    if pod.drain >= LONG_DRAIN:
        pod.terminate()
    return ended()


def _await_requests(loads: list[Load]) -> None:
    """Return once each client has sent some more requests."""
    goals = [load.sent + _LATE_REQUESTS for load in loads]
    eventually(lambda: all(load.sent >= goal for load, goal in zip(loads, goals, strict=True)), "requests were sent")


def _runs(pod: Pod) -> bool:
    for one in pod.containers:
        one.engine.reload()
    return all(one.engine.status in ("created", "running") for one in pod.containers)


def _confinement(one: PodContainer) -> dict[str, str]:
    """What Docker gives of the output of a short program may lack its beginning."""

    def look() -> dict[str, str]:
        lines = (line.split("\t") for line in one.execute("sh", "-c", _LOOK).splitlines())
        found = {name.rstrip(":"): value for name, value in lines}
        return found if found.keys() == _CONFINED.keys() else {}

    return eventually(look, "all facts were there")


def check(life: Life) -> None:
    """What holds for each printed pod."""
    assert (life.kills, life.failures) == ([], []), life.log
    assert life.responses and all(life.responses.values()), life.responses
    assert set(life.exit_codes) == {0}, life.log
    assert [{**one, "Uid": one["Uid"] != "0"} for one in life.confined] == [_CONFINED] * len(life.exit_codes)
    assert all("\nseldon_api_model_requests_total{" in text for text in life.metrics)
