class Quoting(object):
    """Raises what it was sent: one word a great many times."""

    def predict(self, X):
        raise ValueError(X if X.count("\n") else X * 1000000)
