"""KServe's V1 protocol with the identity model: an array in, an array out, by KServe's own helpers."""

from kserve import Model, ModelServer
from kserve.utils.utils import get_predict_input, get_predict_response


class Identity(Model):
    def __init__(self, name):
        super().__init__(name)
        self.ready = True

    def predict(self, payload, headers=None):
        return get_predict_response(payload, get_predict_input(payload), self.name)


if __name__ == "__main__":
    ModelServer().start([Identity("identity")])
