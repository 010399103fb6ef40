class Echo(object):
    """Answers what it is asked."""

    def predict(self, X, features_names):
        return X
