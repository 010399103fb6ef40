"""What the wrappers of applications have in common: an application that passes everything on to another one."""

from __future__ import annotations

from collections.abc import Container

from seldon_component.errors import CallError

from ..http_server.protocol import Application, HttpRequest, Respond


class WrappedApplication:
    """Does what `application` does. A subclass adds to it. See `Application`."""

    def __init__(self, application: Application) -> None:
        self._application = application

    @property
    def urgent_paths(self) -> Container[str]:
        return self._application.urgent_paths

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        self._application(request, respond)

    def refusal(self, path: str) -> CallError | None:
        return self._application.refusal(path)

    def respond_error(self, request: HttpRequest, respond: Respond, error: Exception) -> None:
        self._application.respond_error(request, respond, error)
