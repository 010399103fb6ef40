"""Run as a folder, so that nothing of ours is beside it on the path of the Python that runs it."""
