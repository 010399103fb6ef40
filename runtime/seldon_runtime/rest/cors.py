"""Pages of other origins (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol): which of them a browser lets in."""

from __future__ import annotations

from ..http_server.echo import echo
from ..http_server.protocol import HttpRequest, Respond
from .wrapped_application import WrappedApplication

ANY = "*"
# a star does not include Authorization; a browser keeps the response for two hours at most
_PERMISSIONS = (
    ("Access-Control-Allow-Methods", "GET, POST"),
    ("Access-Control-Allow-Headers", "*, Authorization"),
    ("Access-Control-Max-Age", "7200"),
)
_ALLOWED = b"Access-Control-Allow-Origin: %b\r\nAccess-Control-Expose-Headers: *\r\n"
_VARIES = b"Vary: Origin\r\n"  # so that no cache gives the response of one origin to another


class OriginLines:
    """The `ResponseLines` of a server that serves pages of some origins. They have no credentials, such as cookies."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        """origins: (ANY,), or texts such as https://shop.example."""
        self._is_open = ANY in origins
        self._origins = frozenset(origin.encode() for origin in origins)

    def __call__(self, headers: dict[bytes, bytes]) -> bytes:
        if self._is_open:
            return _ALLOWED % ANY.encode() + echo(headers)
        origin = headers.get(b"origin", b"")
        return (_ALLOWED % origin if origin in self._origins else b"") + _VARIES + echo(headers)


class Preflights(WrappedApplication):
    """Tells a browser, before it sends a request, that it may.

    It tells every page so. The page needs the line of OriginLines, too.
    """

    def __call__(self, request: HttpRequest, respond: Respond) -> None:
        if request.method == "OPTIONS" and b"access-control-request-method" in request.headers:
            respond(204, _PERMISSIONS, b"")
        else:
            self._application(request, respond)
