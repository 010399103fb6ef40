"""What s2i's `assemble` does. The function `assemble` and those that it calls here list its steps, in their order."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

from ..config.environment import read_build_paths
from ..config.settings import BuildPaths
from . import end_of_life
from .build import NOTHING_COPIED, NOTHING_LEARNED, NOTHING_RESTORED, Build, Copied, Learned, Restored, read_build
from .failures import step_failed
from .progress import ALWAYS, Progress, print_failure, print_warnings
from .record.build_record import write_record
from .steps import (
    certificates,
    credentials,
    earlier_source,
    locks,
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
    learned = try_component(build, progress)
    step("Looking for credentials", ALWAYS, credentials.refuse, build, note, outputs)
    step("Recording what the image holds", ALWAYS, write_record, build, copied, reused, learned, progress)


def take_source(build: Build, progress: Progress) -> Copied:
    """The steps before anything is installed. Raises StartError.

    Mistakes in contract.json and in MODEL_NAME are found here, so that nobody waits for pip in vain. A contract that
    is no condition of the build is read later.
    """
    step, note, paths = progress.step, progress.note, build.paths
    step("Removing the earlier source", earlier_source.is_there(build), earlier_source.remove, build, note)
    copied = step(f"Copying the source to {paths.home}", ALWAYS, source.copy, build, note)
    step("Reading contract.json", self_test.must_fit(build), self_test.check_contract, build)
    is_lost, warn = source.lacks_the_module(build), progress.warn
    step(f"Looking for {build.settings.model_name}", is_lost, self_test.check_class, build, warn)
    given = certificates.are_given(build)
    step(f"Trusting the certificates in {paths.certificates}", given, certificates.trust, build, note)
    step("Checking INSTALL_EXTRAS", requirements.names_extras(build), requirements.check_extras, build)
    step(locks.title(build), locks.is_there(build), locks.export, build, progress.warn)
    return copied or NOTHING_COPIED


def install(build: Build, progress: Progress, reused: Restored) -> list[PipOutput]:
    """The steps that run uv or pip. The result is what was printed in each. Raises StartError."""
    step, note = progress.step, progress.note
    are_new, of_application = requirements.are_new(build, reused), requirements.are_of_an_application(build, reused)
    title, of_source = "Installing the dependencies of pyproject.toml", "Installing the source's own package"
    outputs: list[PipOutput] = [
        step(requirements.title(build), are_new, requirements.install, build, note),
        step(title, of_application, requirements.install_dependencies, build, note),
        step(of_source, source.has_package(build), requirements.install_package, build, note, progress.warn),
    ]
    step("Removing what is needed no longer", reuse.has_leftovers(reused), reuse.remove_leftovers, build, reused, note)
    changed = requirements.may_disagree(build, reused)
    step("Checking that the packages agree", changed, requirements.check_agreement, build, progress.warn)
    return outputs


def try_component(build: Build, progress: Progress) -> Learned:
    """The steps that run the component: both import the class, and the second loads it. Raises StartError.

    What the class has written meanwhile then belongs to the group as well.
    """
    model, has_contract, warn = build.settings.model_name, source.has_contract_to_try(build), progress.warn
    is_imported = self_test.is_import_enough(build)
    imported = progress.step(f"Importing {model} in its own Python", is_imported, self_test.check_class, build, warn)
    title = f"Loading {model} and asking it a request of contract.json"
    loaded = progress.step(title, has_contract, self_test.try_contract, build, warn)
    sharing.share_made_files(build)
    return loaded or imported or NOTHING_LEARNED


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
        print_warnings(progress.warnings)
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
