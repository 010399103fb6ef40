"""Clients: they test a running server by its contract.json, or compare the images of two builders.

They share tables and codecs with the server. They never import a part that serves or that runs the class.
"""
