"""The class that serves an ONNX file. Each engine is one file; all have the same interface, `Session`.

It never imports an engine before a model needs it.
"""
