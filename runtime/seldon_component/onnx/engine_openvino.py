"""OpenVINO, for Python 3.10 and later, on Intel's and ARM's processors."""

import numpy as np

from .tensor import Tensor

PACKAGE = "openvino"
TITLE = "OpenVINO"
ADVICE = ("Export the model again, with operators that OpenVINO knows, or serve it with ONNX Runtime: require "
          "onnxruntime")


class Session(object):
    """One loaded model. inputs, outputs: lists of Tensor. version: the engine's."""

    def __init__(self, path, threads):
        import openvino

        # without the hint it chooses bfloat16 on some processors, which has three digits
        settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        compiled = openvino.Core().compile_model(path, "CPU", settings)
        self._request = compiled.create_infer_request()
        self._outputs = compiled.outputs
        self.version = openvino.__version__.split("-")[0]
        self.inputs = [_tensor(port) for port in compiled.inputs]
        self.outputs = [_tensor(port) for port in compiled.outputs]

    def run(self, arrays):
        """List of the outputs for a list of ndarray, one an input."""
        results = self._request.infer(arrays)
        return [np.array(results[port]) for port in self._outputs]  # a copy: the next request overwrites the result


def _tensor(port):
    kind = port.get_element_type()
    dtype = np.dtype(object) if kind.get_type_name() == "string" else np.dtype(kind.to_dtype())
    shape = [size.get_length() if size.is_static else None for size in port.get_partial_shape()]
    return Tensor(_name(port), dtype, tuple(shape))


def _name(port):
    """The file's own name. OpenVINO has several names for an output, and names its node after the file's."""
    node = port.get_node().get_friendly_name()
    return next((name for name in port.get_names() if node.startswith(name + "/sink_port")), port.get_any_name())
