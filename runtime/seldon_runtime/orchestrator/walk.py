"""The way of one request through the graph (docs/graph.md, "How a request goes")."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from seldon_component.errors import CallError
from seldon_component.payload import Feedback, Payload

from ..messages import Content, Request
from ..model.request_queue import cancelled
from . import meta
from .branches import ALL, NONE, branch_in, branch_of, chosen
from .coroutines import Awaited, OnResult, all_of
from .node import Node

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Sees each call of a unit."""

    def begin(self, node: Node, request: Request) -> Callable[[CallError | None], None]:
        """Returns what is called at its end."""


class Walk:
    """One request on its way. calls: those of units that have no response yet, with the unit of each."""

    def __init__(self, request: Request, watchers: tuple[Watcher, ...] = ()) -> None:
        self._request = request
        self._watchers = watchers
        self._record = meta.Record()
        self._calls: dict[Request, Node] = {}
        request.on_cancel = self.cancel

    @property
    def awaited(self) -> list[str]:
        """The units that have not responded yet."""
        return sorted(node.name for node in list(self._calls.values()))

    def cancel(self) -> None:
        """Nobody waits for the response any longer: units that have not begun need not begin."""
        for request in list(self._calls):
            request.cancel()

    async def predict(self, root: Node, message: Payload) -> Payload:
        """The response of the graph. Raises CallError."""
        try:
            return self._record.complete(await self._predict(root, meta.begun(message)))
        finally:
            self._request.on_cancel = None  # it refers to this walk, which refers to the request

    async def _predict(self, node: Node, message: Payload) -> Payload:
        if node.input_method:
            message = await self._call(node, node.input_method, message)
        if node.children:
            message = await self._below(node, message)
        if "transform_output" in node.methods:
            message = await self._call(node, "transform_output", message)
        return message

    async def _below(self, node: Node, message: Payload) -> Payload:
        """What the children make of a message."""
        branch = ALL
        if "route" in node.methods:
            response = await self._call(node, "route", message)
            branch = _named(node, lambda: branch_of(response, len(node.children)))
            message = meta.with_meta(message, response.meta)  # the children get the router's message, and its tags
        self._record.add_branch(node.name, branch)
        if branch == NONE:
            return message
        responses = await self._side_by_side(chosen(node.children, branch), message)
        if "aggregate" in node.methods:
            return await self._call(node, "aggregate", responses)
        return meta.with_meta(responses[0], meta.together(responses))

    async def _side_by_side(self, nodes: Sequence[Node], message: Payload) -> list[Payload]:
        """The responses of all. Of several that fail, the first one's error is the graph's."""
        if len(nodes) == 1:
            return [await self._predict(nodes[0], message)]
        results = await all_of([self._predict(node, message) for node in nodes])
        for result in results:
            if isinstance(result, CallError):
                raise result
        return results  # type: ignore[return-value]

    async def feed_back(self, root: Node, feedback: Feedback) -> Payload:
        """Have each unit on the way of an earlier request learn. Raises CallError if one of them has failed."""
        failures: list[CallError] = []
        response = await self._feed_back(root, feedback, failures)
        self._request.on_cancel = None
        if failures:
            raise _all_in_one(failures)
        return response

    async def _feed_back(self, node: Node, feedback: Feedback, failures: list[CallError]) -> Payload:
        """The children first, then the unit itself. A failure keeps no other unit from its reward."""
        routing = feedback.response.meta.get("routing")
        try:
            branch = _named(node, lambda: branch_in(routing, node.name, len(node.children)))
        except CallError as error:
            failures.append(error)
            branch = NONE
        children = chosen(node.children, branch)
        found: list[list[CallError]] = [[] for _ in children]  # in the order of the children, not of their ends
        await all_of([self._feed_back(child, feedback, own) for child, own in zip(children, found, strict=True)])
        failures += [failure for own in found for failure in own]
        if "send_feedback" not in node.methods:
            return Payload()
        try:
            return await self._call(node, "send_feedback", feedback)
        except CallError as error:
            failures.append(error)
            return Payload()

    async def _call(self, node: Node, method: str, content: Content) -> Payload:
        """A unit's response, with what is known since the root. Raises CallError, which names the unit."""
        whole = self._request
        if whole.cancelled:
            raise cancelled()
        request = Request(method, content, whole.wire, whole.trace_parent)
        request.deadline, request.headers = whole.deadline, whole.headers
        response: Payload = await Awaited(partial(self._ask, node, request))
        self._record.add_call(node.name, node.place, response.meta)
        if isinstance(content, Feedback):
            return response
        earlier = meta.together(content) if isinstance(content, list) else content.meta
        return meta.continued(response, earlier)

    def _ask(self, node: Node, request: Request, on_result: OnResult) -> None:
        self._calls[request] = node
        ends = [watcher.begin(node, request) for watcher in self._watchers]

        def answer(payload: Payload | None, error: CallError | None) -> None:
            del self._calls[request]
            request.on_cancel = None  # it refers to what has just ended, which refers to this
            for end in ends:
                end(error)
            on_result(payload, None if error is None else meta.named(error, node.name))

        try:
            node.model.ask(request, answer)
        except Exception as error:  # it should raise nothing; without this the request would wait for ever
            if request not in self._calls:
                raise
            log.exception("unit %r cannot be asked", node.name)
            answer(None, CallError(f"{type(error).__name__}: {error}"))
        if self._request.cancelled:  # while it was asked
            request.cancel()


def _named(node: Node, find: Callable[[], int]) -> int:
    """What is found. Raises CallError, which names the unit."""
    try:
        return find()
    except CallError as error:
        raise meta.named(error, node.name) from None


def _all_in_one(failures: list[CallError]) -> CallError:
    """The first one, with the texts of all."""
    first = failures[0]
    if len(failures) > 1:
        first.info = "; ".join(failure.info for failure in failures)
    return first
