"""What s2i's `assemble` does. The function `assemble` is the list of its steps, in their order."""

from __future__ import annotations

import sys
from collections.abc import Callable

from seldon_component.errors import StartError

from ..config.environment import read_build_paths
from ..config.settings import BuildPaths
from .build import NOTHING_RESTORED, Build, read_build
from .progress import ALWAYS, Progress, print_failure
from .record.build_record import write_record
from .steps import certificates, credentials, reproducible, requirements, reuse, self_test, source, system_packages


def assemble(build: Build, progress: Progress) -> None:
    """Fill `paths.home` with a component that can be served. Raises StartError.

    One statement is one step: its title, the condition under which it runs, its function, and the function's arguments.
    A step that needs the result of an earlier step gets it as an argument. Mistakes in contract.json and in MODEL_NAME
    are found before pip runs, so that nobody waits for pip in vain.
    """
    step, note, paths = progress.step, progress.note, build.paths
    step(f"Copying the source to {paths.home}", ALWAYS, source.copy, build)
    step("Reading contract.json", source.has_contract_to_keep(build), self_test.check_contract, build)
    step(f"Looking for {build.settings.model_name}", source.lacks_the_module(build), self_test.check_class, build)
    given = certificates.are_given(build)
    step(f"Trusting the certificates in {paths.certificates}", given, certificates.trust, build, note)
    step("Installing apt.txt", system_packages.are_named(build), system_packages.install, build)
    reused = step("Reusing what the earlier build has installed", reuse.is_offered(build), reuse.restore, build, note)
    reused = reused or NOTHING_RESTORED
    output = step("Installing requirements.txt", requirements.are_new(build, reused), requirements.install, build, note)
    has_package = source.has_package(build)
    own_output = step("Installing the source's own package", has_package, requirements.install_package, build)
    step("Removing what is needed no longer", reuse.has_leftovers(reused), reuse.remove_leftovers, build, reused, note)
    changed = requirements.may_disagree(build, reused)
    step("Checking that the packages agree", changed, requirements.check_agreement, build)
    step("Compiling", ALWAYS, reproducible.settle, build)
    try_component(build, progress)
    step("Looking for credentials", ALWAYS, credentials.refuse, build, note, (output, own_output))
    step("Recording what the image holds", ALWAYS, write_record, build, reused, note, progress.seconds)


def try_component(build: Build, progress: Progress) -> None:
    """The steps that run the component: both import the class, and the second loads it. Raises StartError."""
    model, has_contract = build.settings.model_name, source.has_contract_to_keep(build)
    is_imported = self_test.is_import_enough(build)
    progress.step(f"Importing {model} in its own Python", is_imported, self_test.check_class, build)
    title = f"Loading {model} and asking it a request of contract.json"
    progress.step(title, has_contract, self_test.request_once, build)


def main(paths: BuildPaths, steps: Callable[[Build, Progress], None]) -> int:
    """Exit code of the build: 0, or that of the StartError whose text ends the output."""
    progress = Progress()
    try:
        with progress.line("Checking the settings"):
            build = read_build(paths)
        steps(build, progress)
        return 0
    except StartError as error:
        print_failure(str(error))
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(read_build_paths(), assemble))
