"""A collector that takes spans over HTTP: one connection, and what is to be done if it does not take them."""

from __future__ import annotations

import gzip
import http.client
import logging
import random
import ssl
import threading
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from ...config.settings import TracingSettings
from ...errors import BadSetting

log = logging.getLogger(__name__)

_TRY_AGAIN = frozenset((429, 502, 503, 504))
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 32.0  # seconds between two attempts
_LEAST_TIMEOUT = 0.1  # seconds; 0 would not wait at all
_LEVEL = 5  # of gzip
_MOST_READ = 65_536  # bytes of a response


class Collector:
    """Used in one thread, but for `hurry`. name: its URL, for people."""

    def __init__(self, settings: TracingSettings) -> None:
        """Raises BadSetting for a certificate or a key that cannot be read."""
        parts = urlsplit(settings.endpoint)
        host = parts.netloc.rpartition("@")[2]
        self.name = f"{parts.scheme}://{host}{parts.path}"  # without what may be secret in the URL
        self._host, self._port, self._is_secure = parts.hostname or "", parts.port, parts.scheme == "https"
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._context = _tls(settings) if self._is_secure else None
        self._timeout, self._longest = settings.timeout, settings.export_timeout
        self._compresses = settings.compresses
        self._headers = {
            "Content-Type": "application/x-protobuf",
            "User-Agent": "seldon-runtime",
            **dict(settings.headers),
        }
        if self._compresses:
            self._headers["Content-Encoding"] = "gzip"
        self._connection: http.client.HTTPConnection | None = None
        self._end: float | None = None  # of the monotonic clock
        self._hurried = threading.Event()
        self._is_failing = False

    def hurry(self, end: float) -> None:
        """The server ends: from now on there is one attempt for each batch, and all end at this time."""
        self._end = end
        self._hurried.set()

    def send(self, body: bytes) -> bool:
        """Post a batch, again and again if that may help. False if the collector did not take it."""
        body = gzip.compress(body, _LEVEL) if self._compresses else body
        end = time.monotonic() + self._longest
        pause = _FIRST_PAUSE
        while True:
            failure, wanted_pause = self._attempt(body, end)
            if not failure:
                self._note("")
                return True
            wait = pause * random.uniform(0.8, 1.2) if wanted_pause is None else wanted_pause
            if wanted_pause == _NEVER or self._hurried.is_set() or time.monotonic() + wait > end:
                self._note(failure)
                return False
            self._hurried.wait(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _attempt(self, body: bytes, end: float) -> tuple[str, float | None]:
        """("", None), or what is wrong, and the seconds until the next attempt: None if the collector names none."""
        try:
            status, retry_after = self._post_again_if_stale(body, end)
        except (OSError, http.client.HTTPException) as error:
            self._close()
            return f"{type(error).__name__}: {error}", None
        if 200 <= status < 300:
            return "", None
        return f"it responded with status {status}", _seconds(retry_after) if status in _TRY_AGAIN else _NEVER

    def _post_again_if_stale(self, body: bytes, end: float) -> tuple[int, str | None]:
        """Like `_post`. A connection that was open may have been closed by the collector meanwhile."""
        was_open = self._connection is not None
        try:
            return self._post(body, end)
        except (ConnectionError, http.client.HTTPException):
            self._close()
            if not was_open:
                raise
            return self._post(body, end)

    def _post(self, body: bytes, end: float) -> tuple[int, str | None]:
        """The status and the header Retry-After of the response. Raises OSError and HTTPException."""
        end = min(end, self._end or end)
        timeout = max(min(self._timeout, end - time.monotonic()), _LEAST_TIMEOUT)
        connection = self._connection or self._new_connection()
        self._connection = connection
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        connection.request("POST", self._path, body, self._headers)
        response = connection.getresponse()
        response.read(_MOST_READ)
        if not response.isclosed():
            self._close()
        return response.status, response.getheader("Retry-After")

    def _new_connection(self) -> http.client.HTTPConnection:
        if self._context is not None:
            return http.client.HTTPSConnection(self._host, self._port, context=self._context)
        return http.client.HTTPConnection(self._host, self._port)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _note(self, failure: str) -> None:
        """Log the first of several failures, and the end of them."""
        if failure and not self._is_failing:
            log.warning("the collector at %s takes no spans: %s", self.name, failure)
        elif self._is_failing and not failure:
            log.info("the collector at %s takes spans again", self.name)
        self._is_failing = bool(failure)


_NEVER = -1.0  # the pause after a failure that the next attempt would have, too


def _seconds(retry_after: str | None) -> float | None:
    """What the header says: a number of seconds, or a date. None if it says neither."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after[:9])
    try:
        return max(parsedate_to_datetime(retry_after).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


def _tls(settings: TracingSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.certificate)
    except (OSError, ValueError) as error:
        raise BadSetting(
            f"OTEL_EXPORTER_OTLP_CERTIFICATE: expected a readable file of certificates, "
            f"found {settings.certificate} ({error})"
        ) from None
    if settings.client_certificate:
        try:
            context.load_cert_chain(settings.client_certificate, settings.client_key)
        except (OSError, ValueError) as error:
            raise BadSetting(
                f"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: expected a readable certificate and its key, "
                f"found {settings.client_certificate} ({error})"
            ) from None
    return context
