"""Modules that the class imports and that are not installed: the packages that have them."""

import re

_MISSING = re.compile(r"^(?:ImportError|ModuleNotFoundError): No module named '?([\w.]+)'?\s*\Z", re.MULTILINE)
_WHOLE = "seldon_core"  # stand_ins have a part of it
# module -> its package, where the names differ
_PACKAGES = {
    "PIL": "pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "google": "protobuf",
    "google.protobuf": "protobuf",
    "grpc": "grpcio",
    "jwt": "PyJWT",
    "seldon_core": "seldon-core",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}


def advice(text):
    """A line on the module that the last line of a traceback says is missing, with a line break before it; else "".

    If an installed package lacks a module, this is a mistake of another kind.
    """
    found = _MISSING.search(text)
    if not found:
        return ""
    name = found.group(1)
    package = _PACKAGES.get(_WHOLE if name.startswith(_WHOLE + ".") else name)
    if "." in name and not package:
        return ""
    return "\n%s is not installed: write %s into requirements.txt, or into the project of the lock" % (
        name, package or "its package")
