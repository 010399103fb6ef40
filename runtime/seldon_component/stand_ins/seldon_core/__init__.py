"""What a class imports of seldon_core, for a model that has not installed it."""

from seldon_core.storage import Storage

__all__ = ["Storage"]
