import sys


class OldPrices(object):
    """The model of 2012, as it was written: only Python 2 can run it."""

    class_names = ["price"]

    def predict(self, X, names):
        """X: rows of area (square metres) and rooms. The price in thousands, rounded down to 50."""
        print "%d houses" % len(X)
        return [[int(area) * 3 / 50 * 50 + 20 * int(rooms)] for area, rooms in X]

    def tags(self):
        return {"old": "Python %d.%d" % sys.version_info[:2]}
