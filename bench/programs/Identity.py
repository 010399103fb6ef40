class Identity:
    """Answers what it is asked: all that is measured is the server."""

    def predict(self, X, features_names):
        return X
