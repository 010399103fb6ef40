"""Clients that test a running server by its contract.json, or compare two servers.

It never imports what the server is made of, but for the tables and codecs that both sides share.
"""
