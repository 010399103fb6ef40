"""The names that settings need: of ONNX files and of the engines. It imports no engine and no numpy.

The server reads its settings before it moves into the user's Python, and must not load numpy for that.
"""

import os

SUFFIX = ".onnx"
NAMES = ("ngraph", "onnxruntime", "openvino")  # the values of ONNX_ENGINE, in the order of the choice


def files_in(folder):
    """Sorted names of the ONNX files in a folder, without those in its subfolders."""
    return sorted(entry for entry in os.listdir(str(folder)) if entry.endswith(SUFFIX))
