"""The class behind an ONNX file: one file an engine, all with the interface of a session.

It never imports an engine before a model asks for it.
"""
