import ctypes
import os
import subprocess


class CrashingModel(object):
    """Does what the first word of the request says; answers any other with itself."""

    def predict(self, X, features_names):
        if X == "exit":
            os._exit(3)
        if X == "segfault":
            ctypes.string_at(0)
        if X == "raise":
            raise ValueError("this is no flower")
        if X == "orphan":  # its pid; the shell ends before it does
            return subprocess.check_output(["sh", "-c", "sleep 0.1 >&- & echo $!"]).decode().strip()
        return X
