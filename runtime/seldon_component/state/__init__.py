"""Takes snapshots of the user's object and restores them.

It never knows a store: the server stores the snapshots.
"""
