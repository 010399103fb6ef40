"""The one interface to the component (`interface.py`), what implements it, and what wraps it.

It never knows a wire's format, and a request that waits here never holds a thread.
"""
