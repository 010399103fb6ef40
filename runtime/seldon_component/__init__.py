"""Hosts the user's class, on Python 2.7 and every later one. Needs numpy and nothing else.

It never imports seldon_runtime: the server loads this package into the user's Python, which does not have the server.
"""
