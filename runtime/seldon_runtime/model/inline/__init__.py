"""The component in the server's process, in the user's Python.

It never calls the class from another thread than `class_thread.py`.
"""
