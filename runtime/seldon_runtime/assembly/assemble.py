"""What s2i's `assemble` does. The function `assemble` and those that it calls here list its steps, in their order."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

from ..config.environment import read_build_paths
from ..config.settings import BuildPaths
from . import end_of_life
from .build import NOTHING_COPIED, NOTHING_RESTORED, Build, Copied, Restored, read_build
from .failures import step_failed
from .progress import ALWAYS, Progress, print_failure
from .record.build_record import write_record
from .steps import (
    certificates,
    credentials,
    earlier_source,
    reproducible,
    requirements,
    reuse,
    self_test,
    sharing,
    source,
    system_packages,
)
from .steps.credentials import PipOutput

_INTERRUPTED = 130  # as a shell says it


def assemble(build: Build, progress: Progress) -> None:
    """Fill `paths.home` with a component that can be served. Raises StartError.

    Here and in the functions below, one statement is one step: its title, the condition under which it runs, its
    function, and the function's arguments. A step that needs the result of an earlier step gets it as an argument.
    """
    step, note = progress.step, progress.note
    copied = take_source(build, progress)
    step("Installing apt.txt", system_packages.are_named(build), system_packages.install, build)
    offered = reuse.is_offered(build)
    reused = step("Reusing what the earlier build has installed", offered, reuse.restore, build, copied, note)
    reused = reused or NOTHING_RESTORED
    outputs = install(build, progress, reused)
    step("Compiling", ALWAYS, reproducible.settle, build)
    try_component(build, progress)
    step("Looking for credentials", ALWAYS, credentials.refuse, build, note, outputs)
    step("Recording what the image holds", ALWAYS, write_record, build, copied, reused, note, progress.seconds)


def take_source(build: Build, progress: Progress) -> Copied:
    """The steps before anything is installed. Raises StartError.

    Mistakes in contract.json and in MODEL_NAME are found here, so that nobody waits for pip in vain.
    """
    step, note, paths = progress.step, progress.note, build.paths
    step("Removing the earlier source", earlier_source.is_there(build), earlier_source.remove, build, note)
    copied = step(f"Copying the source to {paths.home}", ALWAYS, source.copy, build, note)
    step("Reading contract.json", source.has_contract_to_keep(build), self_test.check_contract, build)
    step(f"Looking for {build.settings.model_name}", source.lacks_the_module(build), self_test.check_class, build)
    given = certificates.are_given(build)
    step(f"Trusting the certificates in {paths.certificates}", given, certificates.trust, build, note)
    return copied or NOTHING_COPIED


def install(build: Build, progress: Progress, reused: Restored) -> list[PipOutput]:
    """The steps that run pip. The result is what it has printed in each. Raises StartError."""
    step, note = progress.step, progress.note
    are_new, of_application = requirements.are_new(build, reused), requirements.are_of_an_application(build, reused)
    title = "Installing the dependencies of pyproject.toml"
    outputs: list[PipOutput] = [
        step("Installing requirements.txt", are_new, requirements.install, build, note),
        step(title, of_application, requirements.install_dependencies, build),
        step("Installing the source's own package", source.has_package(build), requirements.install_package, build),
    ]
    step("Removing what is needed no longer", reuse.has_leftovers(reused), reuse.remove_leftovers, build, reused, note)
    changed = requirements.may_disagree(build, reused)
    step("Checking that the packages agree", changed, requirements.check_agreement, build)
    return outputs


def try_component(build: Build, progress: Progress) -> None:
    """The steps that run the component: both import the class, and the second loads it. Raises StartError.

    What the class has written meanwhile then belongs to the group as well.
    """
    model, has_contract = build.settings.model_name, source.has_contract_to_keep(build)
    is_imported = self_test.is_import_enough(build)
    progress.step(f"Importing {model} in its own Python", is_imported, self_test.check_class, build)
    title = f"Loading {model} and asking it a request of contract.json"
    progress.step(title, has_contract, self_test.request_once, build)
    sharing.share_made_files(build)


def main(paths: BuildPaths, steps: Callable[[Build, Progress], None]) -> int:
    """Exit code of the build: 0, or that of the failure whose text ends the output. Nothing is raised."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # the name of a file need not be UTF-8
    progress = Progress()
    try:
        with progress.line("Checking the settings"):
            build = read_build(paths)
            end_of_life.tell(build, progress.note)
        steps(build, progress)
        return 0
    except Exception as error:
        failure = step_failed(progress.title, error)
        print_failure(str(failure))
        return failure.exit_code
    except KeyboardInterrupt:
        print_failure(f"{progress.title}: interrupted; the image was not built")
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(read_build_paths(), assemble))
