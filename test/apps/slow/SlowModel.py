import os
import time


class SlowModel(object):
    """Loads and answers when it is told to: each waits until the file that it names is there, if it names one."""

    def __init__(self, loads_when=""):
        self.loads_when = loads_when

    def load(self):
        self.wait_for(self.loads_when)

    def predict(self, X, features_names):
        self.wait_for(X)
        return "done"

    def wait_for(self, path):
        if path:
            open(path + ".awaited", "w").close()
        while path and not os.path.exists(path):
            time.sleep(0.02)
