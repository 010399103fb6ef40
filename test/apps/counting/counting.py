"""Routers that remember how many requests each client has sent, kept in every way there is."""

import os
import time

import numpy as np

CLIENTS = 8


class Pickled(object):
    """A request is [[client]]; a text is a command. The answer's tag `counts` has a number a client."""

    def __init__(self):
        self.counts = np.zeros(CLIENTS, int)

    def route(self, features, feature_names):
        if not isinstance(features, np.ndarray):
            return getattr(self, str(features))()
        self.counts[int(features[0, 0])] += 1
        return 0

    def tags(self):
        return {"counts": self.counts, "pid": os.getpid()}

    def look(self):
        return 0

    def crash(self):
        os._exit(3)


class Dicted(Pickled):
    """The same, stored without pickle."""

    def get_state(self):
        return {"counts": self.counts, "note": u"kept", "rate": 0.5}

    def set_state(self, state):
        assert state["note"] == u"kept" and state["rate"] == 0.5
        self.counts = state["counts"]


class Merging(Dicted):
    """Adds what it has learned itself since it was restored."""

    def __init__(self):
        super(Merging, self).__init__()
        self.restored = self.counts.copy()

    def set_state(self, state):
        super(Merging, self).set_state(state)
        self.restored = self.counts.copy()

    def merge_state(self, other):
        self.counts = other["counts"] + self.counts - self.restored


class Frequent(Pickled):
    """Takes the historical argument."""

    def __init__(self, push_frequency):
        super(Frequent, self).__init__()
        self.counts[0] = push_frequency


class Told(Dicted):
    """Takes arguments of each type. The answer's tag `told` has them."""

    def __init__(self, first=0, rate=0.25, note="none", checks=False):
        super(Told, self).__init__()
        self.told = [first, rate, note, checks]

    def tags(self):
        return {"counts": self.counts, "told": self.told}


class Slow(Dicted):
    """Its state can be had once the file `gate` exists."""

    def get_state(self):
        open("begun", "w").close()
        while not os.path.exists("gate"):
            time.sleep(0.005)
        return super(Slow, self).get_state()


class Failing(Dicted):
    """Its state cannot be had."""

    def get_state(self):
        raise ValueError("no state today")
