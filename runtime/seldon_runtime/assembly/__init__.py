"""What `assemble` does: it turns a source folder into an image that serves the model.

It never serves, and the server imports nothing of it.
"""
