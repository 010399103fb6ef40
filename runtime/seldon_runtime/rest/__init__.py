"""The REST transport: the HTTP server, the routes, the prediction paths, and the server's own paths.

It translates between HTTP and a `Request`, and never decides what a response says.
"""
