"""Turns decoded messages into payloads and back: the meaning of a message, in one place for both processes.

It never reads bytes of a wire, and it never calls the user's class.
"""
