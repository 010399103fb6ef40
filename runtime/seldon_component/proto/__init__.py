"""Seldon's protobuf messages as a committed descriptor, for every protobuf that a user may have.

It never imports protobuf before a class with message hooks needs it.
"""
