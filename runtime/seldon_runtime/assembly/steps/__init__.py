"""The steps of a build, one file a step, in the order of the table in `assemble.py`.

A step never reads the environment: what it needs stands in its arguments.
"""
