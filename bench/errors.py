"""What ends a run."""

from __future__ import annotations


class BenchError(Exception):
    """Something is missing, or a server fails or returns a wrong response; the text says which."""
