"""`make bench`: compares our server with other servers of Python models. docs/performance.md has the figures.

It starts servers as their users do. It never imports the part of a server that it measures.
"""
