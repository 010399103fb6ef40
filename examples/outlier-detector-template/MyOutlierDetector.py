import numpy as np


class MyOutlierDetector(object):
    """Scores every row by how many deviations its furthest column is from the mean of all rows seen before (Welford)."""

    def __init__(self):
        self.seen = 0
        self.mean = 0.0
        self.squares = 0.0

    def score(self, features, feature_names):
        """A score for each row, higher for stranger ones; the request passes on with them in meta.tags.outlierScore."""
        return np.array([self.score_row(row) for row in features])

    def score_row(self, row):
        deviation = np.sqrt(self.squares / max(self.seen, 1))
        distance = np.abs(row - self.mean) / np.where(deviation > 0, deviation, np.inf)
        self.seen += 1
        step = row - self.mean
        self.mean = self.mean + step / self.seen
        self.squares = self.squares + step * (row - self.mean)
        return distance.max()
