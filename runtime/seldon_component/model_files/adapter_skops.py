"""Models of scikit-learn in a file of skops, which names its types and runs nothing else."""

import json
import zipfile

from .. import compat
from . import adapter_sklearn
from .adapter import Written


class Model(adapter_sklearn.Model):
    @staticmethod
    def written(path):
        with zipfile.ZipFile(path) as archive:
            schema = json.loads(archive.read("schema.json").decode("utf-8"))
        return [Written(u"scikit-learn", u"scikit-learn", "sklearn", _sklearn_version(schema)),
                Written(u"skops", u"skops", "skops", schema.get("_skops_version"))]

    def read(self, path):
        """The file is the image's own. So types beyond those that skops trusts are loaded, too, and named."""
        import skops.io

        found = skops.io.get_untrusted_types(file=path)
        if found:
            compat.log(u"types beyond those that skops trusts: %s" % u", ".join(found))
        return skops.io.load(path, trusted=found)


def _sklearn_version(node):
    """The first version among the attributes of an estimator; None if there is none."""
    if isinstance(node, dict):
        found = node.get("_sklearn_version")
        if isinstance(found, dict) and "content" in found:
            return json.loads(found["content"]) if found["content"].startswith('"') else found["content"]
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return next((found for found in map(_sklearn_version, children) if found), None)
