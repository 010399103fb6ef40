"""Finds the user's class, plans how to call its methods, and checks what they return.

It never knows a wire's format, and it never starts a process.
"""
