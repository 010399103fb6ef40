"""What s2i's `save-artifacts` does: prints, as a tar, what the next incremental build may reuse of this image."""

from __future__ import annotations

import sys
import tarfile

from seldon_component.errors import StartError

from ..config.settings import read_model_python
from .packages import installed, interpreter
from .record import archive
from .record import build_record as record


def main() -> int:
    """Exit code: 0, also for an image that has nothing to reuse."""
    try:
        python = interpreter.ask(read_model_python())
        built = record.read(python)
        if built is None:
            tarfile.open(fileobj=sys.stdout.buffer, mode="w|").close()
            return 0
        build = built["build"]
        files = record.reusable_files(python.prefix, installed.packages(python), build["reusable"])
        archive.write(build, files, sys.stdout.buffer)
        return 0
    except StartError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
