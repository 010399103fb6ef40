"""What a class imports of seldon_core, for a model that has not installed it. It never serves anything."""

from seldon_core.storage import Storage

__all__ = ["Storage"]
