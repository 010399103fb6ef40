import numpy as np


def rank(affinities):
    return np.argsort(-affinities, axis=1)
