from Large import Large


class LargeDict(Large):
    """The same state, stored as a dict."""

    def get_state(self):
        return {"numbers": self.numbers}

    def set_state(self, state):
        self.numbers = state["numbers"]
