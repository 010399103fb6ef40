"""Turns decoded messages into payloads and back: what a message means, said once for both processes.

It never reads bytes of a wire, and it never calls the user's class.
"""
