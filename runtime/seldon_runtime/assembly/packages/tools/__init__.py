"""The locks of the tools that read other tools' locks. `make lock` writes them, for each Python of the server."""
