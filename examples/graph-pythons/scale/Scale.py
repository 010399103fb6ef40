import numpy as np


class Scale(object):
    """Rows of area (square feet) and rooms -> area (square metres) and rooms."""

    def transform_input(self, X, names):
        return np.asarray(X) * [0.092903, 1.0]
