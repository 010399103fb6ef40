"""What the settings can choose from: an ONNX file, and an engine for it. Nothing is loaded to know it."""

import os

ENDING = ".onnx"
ENGINES = ("ngraph", "onnxruntime", "openvino")  # the first one that is installed is taken: who has nGraph chose it


def files_in(folder):
    """Sorted names of the ONNX files in a folder, those of folders in it left out."""
    return sorted(entry for entry in os.listdir(str(folder)) if entry.endswith(ENDING))
