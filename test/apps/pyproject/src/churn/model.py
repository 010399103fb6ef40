import numpy as np


class ChurnModel(object):
    """Months as a customer, complaints -> the probability of leaving."""

    def class_names(self):
        return ["leaves"]

    def predict(self, X, features_names):
        return 1 / (1 + np.exp(0.07 * X[:, :1] - 0.8 * X[:, 1:2]))
