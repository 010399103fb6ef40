class Halver(object):
    """A TRANSFORMER of outputs without names of its own; cuts the columns off that come after the second."""

    def transform_output(self, X, features_names):
        return X[:, :2] / 2.0 if X.ndim == 2 else X / 2.0
