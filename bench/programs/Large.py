import numpy as np


class Large(object):  # noqa: UP004  Python 2 needs the base
    """Has a state of `megabytes`, which every request changes. It is stored as a pickle."""

    def __init__(self, megabytes):
        self.numbers = np.random.RandomState(0).rand(megabytes * 1000000 // 8)

    def predict(self, X, features_names):
        self.numbers[0] += 1
        return X
