"""The commands of an image beside serving and building: `state`, `describe`, `manifest`, `usage`.

A command never serves a request.
"""
