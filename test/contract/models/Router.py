import numpy as np

BRANCHES = {"int": 1, "numpy": np.int64(2), "all": -1, "bool": True, "none of them": -2, "below": -3, "text": "1",
            "none": None, "float": 1.0, "numpy float": np.float32(2), "list": [1], "array": np.array([1]),
            "matrix": np.array([[2.0]]), "no dimensions": np.array(3), "tuple": (np.int8(1),), "half": 1.5,
            "nan": float("nan"), "infinity": float("inf"), "two": [0, 1], "empty": [],
            "far": 2 ** 31}


class Router(object):
    """Takes the branch that the request names, or the first number."""

    def route(self, features, feature_names):
        if hasattr(features, "lower"):
            return BRANCHES[features]
        return int(features.ravel()[0])

    def send_feedback(self, features, feature_names, routing, reward, truth):
        return {"features": features, "feature_names": feature_names, "routing": routing, "reward": reward,
                "truth": truth}

    def tags(self):
        return {"router": 1}
