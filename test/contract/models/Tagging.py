class Tagging(object):
    """A TRANSFORMER that transforms nothing."""

    def tags(self):
        return {"seen": True}

    def metrics(self):
        return [{"type": "COUNTER", "key": "seen", "value": 1}]
