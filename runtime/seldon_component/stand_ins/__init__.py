"""Packages that Seldon's own images have, and that classes import without a line in requirements.txt.

This folder comes last on `sys.path`, so it never hides a package that the user has installed or brought.
"""
