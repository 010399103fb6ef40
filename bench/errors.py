"""What ends a run."""

from __future__ import annotations


class BenchError(Exception):
    """What is needed is missing, a server fails, or it answers what was not asked; the text says which."""
