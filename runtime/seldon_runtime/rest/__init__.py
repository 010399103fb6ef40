"""The REST transport: routes, bodies, the Flask application and granian's server.

It translates between HTTP and a `Request`, and never decides what a response says.
"""
