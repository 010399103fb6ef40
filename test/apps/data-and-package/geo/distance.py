import numpy as np


def kilometres(places, depots):
    """Matrix of distances, a row for each place, on a globe that is flat around Berlin."""
    scale = np.array([111.2, 67.9])
    return np.sqrt((((places[:, None, :] - depots[None, :, :]) * scale) ** 2).sum(axis=2))
