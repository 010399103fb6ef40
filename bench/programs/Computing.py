import time


class Computing:
    """Uses its core, and holds Python's lock, for 5 ms of processor time."""

    def predict(self, X, features_names):
        end = time.thread_time() + 0.005
        while time.thread_time() < end:
            pass
        return X
