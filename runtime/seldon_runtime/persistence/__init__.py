"""Keeps the component's state in Redis or on a volume. Only one replica, the leader, writes at a time.

It must never unpickle a state: only the component's process does that.
"""
