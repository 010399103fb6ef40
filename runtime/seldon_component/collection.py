"""Python's search for garbage. It waits until all is imported, because that makes much and throws nothing away."""

import gc


def begin():
    """Let Python search from now on, but never in what there is already."""
    if hasattr(gc, "freeze"):  # from Python 3.7 on
        gc.freeze()
    gc.enable()
