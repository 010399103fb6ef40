"""A model that is an ONNX file, and no code: served by whichever engine the user's Python has."""
