import numpy as np

BRANCHES = {"int": 1, "numpy": np.int64(2), "all": -1, "float": 1.0, "bool": True, "below": -2, "text": "1",
            "none": None, "list": [1], "array": np.array([1])}


class Router(object):
    """Takes the branch that the question names, or the first number."""

    def route(self, features, feature_names):
        if hasattr(features, "lower"):
            return BRANCHES[features]
        return int(features.ravel()[0])

    def send_feedback(self, features, feature_names, routing, reward, truth):
        return {"features": features, "feature_names": feature_names, "routing": routing, "reward": reward,
                "truth": truth}

    def tags(self):
        return {"router": 1}
