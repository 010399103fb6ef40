"""What is known of ONNX files before one is loaded. It needs no numpy: the server reads it before it moves."""

import os

SUFFIX = ".onnx"
ENGINE_NAMES = ("ngraph", "onnxruntime", "openvino")  # the values of ONNX_ENGINE, in the order of preference


def files_in(folder):
    """Sorted names of the ONNX files in a folder, without those in its subfolders."""
    return sorted(entry for entry in os.listdir(str(folder)) if entry.endswith(SUFFIX))
