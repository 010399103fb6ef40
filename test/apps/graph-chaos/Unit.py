"""A unit of a graph under load. It writes into each message that it was there, and tags it with the id that it found."""

import re
import time

_SECONDS = 0.005  # of a call, so that a kill finds one


class Unit:
    """name: of the unit. A message is `id=…;branch=…;hang=…;seconds=…;`, and behind it what the units wrote."""

    def __init__(self, name="unit"):
        self.name, self.found = name, {}

    def predict(self, text, names, meta=None):
        return self._passed(text, text)

    def aggregate(self, texts, names, meta=None):
        return self._passed("(%s)" % "+".join(texts), texts[0])

    def route(self, text, names, meta=None):
        self._passed(text, text)
        return int(self.found["branch"])

    def tags(self):
        return {self.name: self.found["id"]}

    def _passed(self, text, first):
        self.found = dict(re.findall("([a-z]+)=([^;]*);", first.partition(">")[0]))
        time.sleep(float(self.found["seconds"]) if self.found["hang"] == self.name else _SECONDS)
        return "%s>%s" % (text, self.name)
