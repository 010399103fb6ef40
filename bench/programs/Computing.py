import time


class Computing:
    """Uses its core, and holds Python's lock, for some milliseconds of processor time."""

    def __init__(self, milliseconds=5):
        self._seconds = milliseconds / 1000

    def predict(self, X, features_names):
        end = time.thread_time() + self._seconds
        while time.thread_time() < end:
            pass
        return X
