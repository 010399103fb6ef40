"""What `assemble` does: it turns a source folder into an image that serves it.

It never serves, and at run time nothing of it is imported.
"""
