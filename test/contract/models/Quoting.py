class Described(Exception):
    status_code, reason = 418, "r" * 1000000

    def to_dict(self):
        return {"message": {"lines": [str(self)]}}


class Undescribed(Exception):
    status_code, reason = 418, "r" * 1000000


class Quoting(object):
    """Raises what it was sent: one word a great many times."""

    def predict(self, X):
        if X in ("described", "undescribed"):
            raise {"described": Described, "undescribed": Undescribed}[X]("many words " * 1000000)
        raise ValueError(X if X.count("\n") else X * 1000000)
