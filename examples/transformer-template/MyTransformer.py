import numpy as np


class MyTransformer(object):
    """Brings every column to mean 0 and deviation 1 before a model, and turns its probabilities into labels after it."""

    def __init__(self):
        self.mean = np.array([5.8, 3.1, 3.8, 1.2])
        self.deviation = np.array([0.8, 0.4, 1.8, 0.8])

    def transform_input(self, features, feature_names):
        return (features - self.mean) / self.deviation

    def transform_output(self, features, feature_names):
        """feature_names are the model's class names here: an array of the likeliest one for each row."""
        return np.array(feature_names)[np.argmax(features, axis=1)]
