"""What s2i's `assemble-runtime` does in a slim image: see whether what came over from the builder works."""

from __future__ import annotations

import dataclasses
import sys

from ..config.settings import read_build_paths
from . import assemble
from .progress import Step
from .steps import system_packages

STEPS = (
    Step("Installing apt.txt", system_packages.install, system_packages.are_named),
    *assemble.TRIAL,
)


if __name__ == "__main__":
    built = read_build_paths()
    sys.exit(assemble.main(dataclasses.replace(built, source=built.home), STEPS))
