"""pip, in the model's own Python: it takes the wheels of a folder before those of an index.

Python runs this folder by its path, so that it never imports another module of ours.
"""
