"""The commands beside serving and building an image: `state`, `describe`, `manifest`, `usage` and `graph`.

A command never handles a request: `graph` starts the server that does.
"""
