class Halving(object):
    """Whole numbers of Python 2 halve to whole numbers."""

    def predict(self, X, features_names):
        return [[number / 2 for number in row] for row in X.tolist()]
