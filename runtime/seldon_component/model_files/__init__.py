"""The classes behind model files that are not ONNX. Each library is one file; all have the interface `FileAdapter`.

It never imports a library before a file needs it, and it never reads a file from outside of the model's folder.
"""
