import numpy as np


class MyModel(object):
    """Says percent where its contract promises probabilities."""

    def predict(self, X, features_names):
        return np.column_stack([X[:, 0] * 10, 100 - X[:, 0] * 10])
