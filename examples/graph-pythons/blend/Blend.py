import numpy as np


class Blend(object):
    """The mean of what the models say."""

    class_names = ["price"]

    def aggregate(self, Xs, names):
        """Xs: an array from each model, all of one shape."""
        return np.mean(Xs, axis=0)
