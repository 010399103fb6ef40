"""Compiles byte code, in the model's own Python.

Python runs this folder by its path, so that it never imports another module of ours.
"""
