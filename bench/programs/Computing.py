import time


class Computing:
    """Holds its core, and Python's lock, for 5 ms of its own processor time."""

    def predict(self, X, features_names):
        end = time.thread_time() + 0.005
        while time.thread_time() < end:
            pass
        return X
