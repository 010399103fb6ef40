"""The commands of an image beside serving and building: `state`, `describe`, `usage`.

A command never serves a request.
"""
