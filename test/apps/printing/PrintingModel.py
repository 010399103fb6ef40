from __future__ import print_function

import os
import time


class PrintingModel(object):
    """Prints at every turn of its life, as people do who look for a bug."""

    def __init__(self):
        print("constructed")

    def load(self):
        print("loaded")

    def predict(self, X, features_names):
        """X: a file to wait for after the print, so that a test that sees the words knows that nothing else has flushed them."""
        print("asked for %s" % X)
        while not os.path.exists(X):
            time.sleep(0.02)
        return "done"
