"""pip, but the files of a folder come before those of any index: wheels_first <folder> <arguments of pip>.

The model's own Python runs this. pip itself takes the newest version from any place, and has no option for this order.
In every pip since 20, one method orders the candidates of a project. It is replaced here.
"""

import hashlib
import os
import sys

from pip._internal.cli.main import main
from pip._internal.index.package_finder import CandidateEvaluator

folder = os.path.abspath(sys.argv.pop(1))
by_version = CandidateEvaluator._sort_key


def wheels_first(self, candidate, *more):
    return (is_ours(candidate.link, self._hashes),) + by_version(self, candidate, *more)


def is_ours(link, hashes):
    """Whether a link is a file of the folder, and has an allowed hash, if the requirement names hashes."""
    if link.scheme != "file" or os.path.dirname(link.file_path) != folder:
        return False
    return not hashes or hashes.is_hash_allowed("sha256", digest_of(link.file_path))


def digest_of(path):
    """The sha256 of a file, which may be larger than the memory."""
    total = hashlib.sha256()
    with open(path, "rb") as wheel:
        for piece in iter(lambda: wheel.read(1 << 20), b""):
            total.update(piece)
    return total.hexdigest()


CandidateEvaluator._sort_key = wheels_first
sys.exit(main())
