"""What s2i's `assemble-runtime` does in a slim image: it checks that what came from the builder works there."""

from __future__ import annotations

import dataclasses
import sys

from ..config.environment import read_build_paths
from .assemble import main, try_component
from .build import Build
from .progress import Progress
from .steps import system_packages


def assemble_runtime(build: Build, progress: Progress) -> None:
    """The steps, in their order. Raises StartError."""
    progress.step("Installing apt.txt", system_packages.are_named(build), system_packages.install, build)
    try_component(build, progress)


if __name__ == "__main__":
    built = read_build_paths()
    sys.exit(main(dataclasses.replace(built, source=built.home), assemble_runtime))
