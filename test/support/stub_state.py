"""A ModelState that needs no component."""

import io

from seldon_component.errors import BadState
from support.stores import DESCRIBED


class StubState:
    """state: what the component has learned. merges: whether its class has merge_state. failure: raised by snapshot."""

    def __init__(self, state=b"fresh", merges=False):
        self.state, self.merges, self.file, self.calls = state, merges, io.BytesIO(), []
        self.failure = None

    def fresh(self):
        self.calls.append("fresh")

    def restore(self, described):
        self.calls.append("restore")
        self.file.seek(0)
        restored = self.file.read()
        if restored == b"bad":
            raise BadState("refused")
        self.state = restored

    def merge(self, described):
        self.restore(described)
        self.calls[-1] = "merge"
        if self.merges:
            self.state += b" merged"

    def snapshot(self):
        if self.failure:
            raise self.failure
        self.file.seek(0)
        self.file.truncate()
        self.file.write(self.state)
        self.file.seek(0)
        return DESCRIBED
