"""A unit of a graph that does what its parameters say, and writes into the message that it was there."""


class Failure(Exception):
    status_code = 418

    def __init__(self, name):
        Exception.__init__(self, "%s has failed" % name)


class Unit(object):
    """name: what it writes. branch: of route. fails: the method that raises. tag: `key=value`. log: a file of feedback.

    counts: the value of a metric.
    """

    def __init__(self, name="unit", branch=-1, fails="", tag="", log="", counts=0):
        self.name, self.branch, self.fails, self.tag, self.log, self.counts = name, branch, fails, tag, log, counts

    def predict(self, text, names, meta=None):
        return self._said(text, "predict")

    def transform_input(self, text, names, meta=None):
        return self._said(text, "in")

    def transform_output(self, text, names, meta=None):
        return self._said(text, "out")

    def aggregate(self, texts, names, meta=None):
        return self._said("(%s)" % "+".join(texts), "all")

    def route(self, text, names, meta=None):
        self._said(text, "route")
        return self.branch

    def send_feedback(self, text, names, reward, truth, routing=None):
        with open(self.log, "a") as log:
            log.write("%s %s\n" % (self.name, reward))
        self._said(text, "feedback")

    def tags(self):
        key, _, value = self.tag.partition("=")
        return {key: value} if key else {}

    def metrics(self):
        return [{"type": "COUNTER", "key": "calls", "value": self.counts}] if self.counts else []

    def _said(self, text, method):
        if self.fails == method:
            raise Failure(self.name)
        return "%s>%s.%s" % (text, self.name, method)
