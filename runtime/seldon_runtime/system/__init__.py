"""What the server needs to know of the operating system, one fact in each file: signals, orphans, CPUs, threads.

It never knows what the server does.
"""
