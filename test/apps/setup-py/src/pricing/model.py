import json
import pkgutil

import numpy as np
import six
from decorator import decorator


@decorator
def at_least_a_tenth(predict, *arguments, **keywords):
    return np.maximum(predict(*arguments, **keywords), 0.1)


class PriceModel(object):
    """Square metres and rooms -> a price in millions."""

    def __init__(self):
        self.weights = json.loads(six.ensure_text(pkgutil.get_data("pricing", "weights.json")))

    @at_least_a_tenth
    def predict(self, X, features_names):
        return X.dot(np.array(self.weights["slopes"])) + self.weights["intercept"]
