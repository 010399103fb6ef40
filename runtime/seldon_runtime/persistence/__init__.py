"""Keeps the component's state in Redis or on a volume, with one writer at a time.

It never unpacks a state: only the component's process does.
"""
