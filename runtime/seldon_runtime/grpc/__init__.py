"""The gRPC transport: services, health, reflection and grpcio's server.

It translates between RPCs and a `Request`, and never decides what a response says.
"""
