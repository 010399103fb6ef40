"""The HTTP server: connections, the requests in their bytes, and the bytes of the responses, within limits.

It never knows what a path means, and never reads a body: that is the application's (`protocol.Application`).
"""
