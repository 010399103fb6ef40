"""Libraries of the system that Python packages need and do not bring: the Debian packages that have them."""

import re

_MISSING = re.compile(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object file")
_DEBIAN_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libglib-2.0.so.0": "libglib2.0-0t64",
    "libgthread-2.0.so.0": "libglib2.0-0t64",
    "libgomp.so.1": "libgomp1",
    "libgfortran.so.5": "libgfortran5",
    "libopenblas.so.0": "libopenblas0",
    "libsndfile.so.1": "libsndfile1",
    "libpq.so.5": "libpq5",
    "libodbc.so.2": "libodbc2",
}


def advice(text):
    """A line on the library that a traceback says is missing, with a line break before it; "" if it says none."""
    found = _MISSING.search(text)
    if not found:
        return ""
    package = _DEBIAN_PACKAGES.get(found.group(1))
    words = "write its Debian package, %s, into apt.txt" % package if package else "find its Debian package for apt.txt"
    return "\n%s is a library of the system: %s" % (found.group(1), words)
