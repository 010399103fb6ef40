"""One fact of the operating system a file: signals, orphans, cores, scheduling, threads.

It never knows what the server does.
"""
