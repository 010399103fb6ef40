class _Estimator(object):
    class_names = ["a", "b"]

    def predict(self, X):
        return X + 1

    def score(self, X, y, sample_weight):
        return 1 / 0


class Delegating(object):
    """A MODEL that has another object answer for it."""

    def __getattr__(self, name):
        return getattr(_Estimator(), name)
