"""The steps of a build. `assemble.py` has their order.

A step never reads the environment, and never changes what another step was given: its arguments hold all it needs.
"""
