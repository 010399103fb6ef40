"""Units that other servers serve: each is a Model in front of an address, over HTTP or gRPC.

A request that waits for another server never holds a thread. Connections are kept and used again.
"""
