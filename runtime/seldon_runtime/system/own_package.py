"""The name and the version under which this server is installed."""

from __future__ import annotations

NAME = "seldon-core-microservice"


def server_version() -> str:
    """The installed version, or "unknown" if the server runs from its source."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import

    try:
        return version(NAME)
    except PackageNotFoundError:
        return "unknown"
