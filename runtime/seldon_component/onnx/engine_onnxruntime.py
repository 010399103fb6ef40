"""ONNX Runtime, for current Python: every operator of opset 7 and later."""

from .tensor import Tensor, dtype_of

PACKAGE = "onnxruntime"
TITLE = "ONNX Runtime"
ADVICE = ("Export the model again, with operators and an opset (7 or later) that this version knows, or require a "
          "newer onnxruntime")


class Session(object):
    """One loaded model. inputs, outputs: lists of Tensor. version: the engine's."""

    def __init__(self, path, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only, no notes on how it optimises
        # a thread that spins between two requests takes the server's share of a limited CPU
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.version = onnxruntime.__version__
        self.inputs = [_tensor(value) for value in self._session.get_inputs()]
        self.outputs = [_tensor(value) for value in self._session.get_outputs()]

    def run(self, arrays):
        """List of the outputs for a list of ndarray, one an input."""
        return self._session.run(None, dict(zip([tensor.name for tensor in self.inputs], arrays)))


def _tensor(value):
    element = value.type[len("tensor("):-1] if value.type.startswith("tensor(") else value.type
    return Tensor(value.name, dtype_of(element), tuple(value.shape or ()))
