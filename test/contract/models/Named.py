class Named(object):
    """Has every optional method of a MODEL, and tells in its answers what it was given."""

    def __init__(self):
        self.rewards = 0

    def predict(self, X, feature_names, meta=None):
        self.seen = {"names": feature_names, "meta": meta, "writeable": getattr(X, "flags", None) is not None and
                     X.flags.writeable, "type": type(X).__name__}
        return X

    def class_names(self):
        return ["no", "yes"]

    def tags(self):
        return {"model": "Named", "seen": self.__dict__.pop("seen", None)}

    def metrics(self):
        return [{"type": "COUNTER", "key": "calls", "value": 1}, {"type": "GAUGE", "key": "load", "value": 0.5}]

    def send_feedback(self, features, feature_names, reward, truth, routing=None):
        return {"features": features, "feature_names": feature_names, "reward": reward, "truth": truth,
                "routing": routing}
