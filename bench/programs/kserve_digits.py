"""KServe's V1 protocol in front of ONNX Runtime: kserve_digits.py <file> <KServe's arguments>

One thread, as ours: the server has one core.
"""

import sys

import numpy as np
from kserve import Model, ModelServer
from kserve.utils.utils import get_predict_input, get_predict_response
from onnxruntime import InferenceSession, SessionOptions


class Digits(Model):
    def __init__(self, name, path):
        super().__init__(name)
        options = SessionOptions()
        options.intra_op_num_threads = 1
        self._session = InferenceSession(path, options, ["CPUExecutionProvider"])
        self.ready = True

    def predict(self, payload, headers=None):
        pixels = np.asarray(get_predict_input(payload), np.float32)
        return get_predict_response(payload, self._session.run(None, {"pixels": pixels})[0], self.name)


if __name__ == "__main__":
    ModelServer().start([Digits("digits", sys.argv[1])])
