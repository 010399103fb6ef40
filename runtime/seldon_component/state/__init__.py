"""Takes snapshots of the user's object and restores them.

It never knows a store: the server keeps what is written here.
"""
