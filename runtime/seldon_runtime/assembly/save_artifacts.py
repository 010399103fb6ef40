"""What s2i's `save-artifacts` does: it prints, as a tar, what the next incremental build may reuse of this image."""

from __future__ import annotations

import sys
import tarfile

from ..config.environment import read_model_python
from .failures import step_failed
from .packages.installed import installed_packages
from .packages.interpreter import read_interpreter
from .record.archive import write_archive
from .record.build_record import read_record, reusable_files


def main() -> int:
    """Exit code: 0, also for an image that has nothing to reuse."""
    try:
        python = read_interpreter(read_model_python())
        record = read_record(python)
        if record is None:
            tarfile.open(fileobj=sys.stdout.buffer, mode="w|").close()
            return 0
        build = record["build"]
        files = reusable_files(python.prefix, installed_packages(python), build["reusable"])
        write_archive(build, files, sys.stdout.buffer)
        return 0
    except Exception as error:
        failure = step_failed("save-artifacts", error)
        print(failure, file=sys.stderr, flush=True)
        return failure.exit_code


if __name__ == "__main__":
    sys.exit(main())
