"""The locks of the tools that read other tools' locks, for each Python of the server.

`make lock` writes them. They never hold code.
"""
