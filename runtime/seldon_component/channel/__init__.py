"""What the server's process and the component's process send each other: frames, the assignment, the outcome of the
start, progress.

It never looks into a request, and it never reacts to a failure.
"""
