import time


class Timed:
    """A call takes the seconds of its first row, and those of the second column for each row more. It only waits."""

    def predict(self, X, features_names):
        time.sleep(X[0][0] + X[0][1] * (len(X) - 1))
        return X
