import os
import subprocess

import numpy as np

from geo import distance

HERE = os.path.dirname(os.path.abspath(__file__))


class DeliveryTime(object):
    """Latitude, longitude of a customer -> minutes from each depot."""

    def load(self):
        self.depots = np.loadtxt(os.path.join(HERE, "data", "depots.csv"), delimiter=",")
        with open(os.path.join(HERE, ".labels")) as labels:
            self.class_names = labels.read().split()
        self.minutes_per_km = float(subprocess.check_output([os.path.join(HERE, "bin", "minutes-per-km")]))

    def predict(self, X, features_names):
        return distance.kilometres(X, self.depots) * self.minutes_per_km
