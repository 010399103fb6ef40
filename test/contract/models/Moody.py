import os
import time


class Moody(object):
    """A MODEL whose health is the text of the last request; `wait for PATH` keeps it busy until the file is there."""

    health = "new"

    def predict(self, X, features_names):
        if X.startswith("wait for "):
            while not os.path.exists(X[len("wait for "):]):
                time.sleep(0.01)
        else:
            self.health = X
        return X

    def health_status(self):
        if self.health == "raises":
            raise ValueError("disk full")
        return {"good": True, "bad": False, "rows": [True, False]}.get(self.health, self.health)
