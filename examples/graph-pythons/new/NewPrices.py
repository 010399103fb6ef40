import sys


class NewPrices:
    """The model that shall replace the old one."""

    class_names = ["price"]

    def predict(self, X, names):
        """X: rows of area (square metres) and rooms. The price in thousands."""
        return [[3.1 * area + 18.0 * rooms] for area, rooms in X]

    def tags(self):
        major, minor, *_ = sys.version_info
        return {"new": f"Python {major}.{minor}"}
