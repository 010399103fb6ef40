"""The REST transport: the application that the HTTP server serves, with its routes, predictions and own paths.

It translates between HTTP and a `Request`, and never decides what a response says.
"""
