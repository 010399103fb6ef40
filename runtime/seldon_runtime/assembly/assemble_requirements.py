"""The first half of a build in a Dockerfile of two layers: it installs the requirements, without the class.

A change of the class leaves the layer of the requirements alone. `assemble` then finds the packages installed.
"""

from __future__ import annotations

import sys

from ..config.environment import read_build_paths
from .assemble import install, main
from .build import NOTHING_COPIED, NOTHING_LEARNED, NOTHING_RESTORED, Build
from .progress import ALWAYS, Progress
from .record.build_record import write_record
from .steps import certificates, credentials, locks, reproducible, requirements, source, system_packages


def assemble_requirements(build: Build, progress: Progress) -> None:
    """The steps, in their order. Raises StartError."""
    step, note, paths = progress.step, progress.note, build.paths
    copied = step(f"Copying the requirements to {paths.home}", ALWAYS, source.copy, build, note) or NOTHING_COPIED
    given = certificates.are_given(build)
    step(f"Trusting the certificates in {paths.certificates}", given, certificates.trust, build, note)
    with_extras = locks.is_there(build) and requirements.names_extras(build)  # other files of the project may follow
    step("Checking INSTALL_EXTRAS", with_extras, requirements.check_extras, build)
    step(locks.title(build), locks.is_there(build), locks.export, build, progress.warn)
    step("Installing apt.txt", system_packages.are_named(build), system_packages.install, build)
    outputs = install(build, progress, NOTHING_RESTORED)
    step("Compiling", ALWAYS, reproducible.settle, build)
    step("Looking for credentials", ALWAYS, credentials.refuse, build, note, outputs)
    learned = NOTHING_LEARNED  # the class is not here yet
    step("Recording what is there", ALWAYS, write_record, build, copied, NOTHING_RESTORED, learned, progress)


if __name__ == "__main__":
    sys.exit(main(read_build_paths(), assemble_requirements))
