"""Reads the environment, the command line, `.s2i/environment` and the pod's annotations. Nobody else reads them.

It never acts on a setting: it checks what is set and hands it on.
"""
