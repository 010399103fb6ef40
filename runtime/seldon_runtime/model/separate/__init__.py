"""The component in processes of its own, in the user's Python, reached over Unix sockets.

`model.py` gives them requests, and `worker.py` starts and restarts them. The server never runs the user's code here.
"""
