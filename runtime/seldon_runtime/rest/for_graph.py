"""What the units of a graph get of an HTTP request besides its message."""

from __future__ import annotations

from ..http_server.echo import echo_puid
from ..http_server.protocol import HttpRequest
from ..messages import Headers, Request, identify


def tell_units(http_request: HttpRequest, request: Request) -> None:
    """Give them the headers and one puid, which comes back with the response, too."""
    request.headers = headers_of(http_request, identify(request.content))


def headers_of(http_request: HttpRequest, puid: str) -> Headers:
    """The headers for the units. puid: of the request; it comes back with the response."""
    echo_puid(http_request, puid)
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in http_request.headers.items())
