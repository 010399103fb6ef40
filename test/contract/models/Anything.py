class Anything(object):
    """A MODEL with every optional method, which answers every request."""

    class_names = ["no", "<yes>"]
    feature_names = ["a", "b"]

    def predict(self, X, features_names):
        return "nothing" if X is None else X

    def send_feedback(self, features, feature_names, reward, truth, routing=None):
        return None

    def tags(self):
        return {"sturdy": True}

    def metrics(self):
        return [{"type": "COUNTER", "key": "calls", "value": 1}, {"type": "TIMER", "key": "nap", "value": 20}]

    def health_status(self):
        return {"load": 0.5}

    def init_metadata(self):
        return {"name": "anything", "versions": ["1"], "platform": "any", "custom": {"author": "us"},
                "inputs": [{"messagetype": "ndarray", "schema": {"names": ["a", "b"], "shape": [2]}}]}
