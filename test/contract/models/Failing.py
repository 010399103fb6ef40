class Failing(object):
    """Each hook beside `predict` fails if the request names it."""

    failing = None

    def predict(self, X, names):
        self.failing = X.ravel()[0] if hasattr(X, "ravel") else X
        return [[1, 2]]

    transform_output = transform_input = send_feedback = predict

    def _fail(self, name, value):
        if self.failing == name:
            raise KeyError(str(name))
        return value

    def tags(self):
        return self._fail("tags", {"fine": True})

    def metrics(self):
        return self._fail("metrics", [{"key": "k", "value": 1}])

    def class_names(self):
        return self._fail("class_names", 5 if self.failing == "number" else ["a", "b"])

    @property
    def feature_names(self):
        return self._fail("feature_names", ["a", "b"])

    def route_raw(self, message):
        raise KeyError("raw")
