"""The REST transport: the HTTP server, the routes, the prediction paths, and a Flask application for all others.

It translates between HTTP and a `Request`, and never decides what a response says.
"""
