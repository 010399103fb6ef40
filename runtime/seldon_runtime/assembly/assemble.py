"""What s2i's `assemble` does, step by step: the settings are checked first, the class is imported, or asked, last."""

from __future__ import annotations

import dataclasses
import sys

from seldon_component.errors import StartError

from ..config.settings import BuildPaths, Settings, read_build_paths, read_build_variables, read_settings
from ..model import inline_python
from .build import Job
from .progress import Step, Steps, print_failure
from .record import build_record as record
from .steps import certificates, credentials, requirements, reuse, self_check, self_test, source, system_packages
from .steps import reproducible as written_files

TRIAL = (
    Step("Importing {settings.model_name} in its own Python", self_check.run, self_check.is_wanted),
    Step(
        "Loading {settings.model_name} and asking it a request of contract.json",
        self_test.run,
        source.has_contract_to_keep,
    ),
)
STEPS = (
    Step("Copying the source to {paths.home}", source.copy),
    # these two fail before anything is installed for nothing
    Step("Reading contract.json", self_test.read, source.has_contract_to_keep),
    Step("Looking for {settings.model_name}", self_check.run, source.lacks_the_module),
    Step("Trusting the certificates in {paths.certificates}", certificates.trust, certificates.are_given),
    Step("Installing apt.txt", system_packages.install, system_packages.are_named),
    Step("Reusing what the earlier build has installed", reuse.restore, reuse.is_offered),
    Step("Installing requirements.txt", requirements.install_requirements, requirements.are_new),
    Step("Installing the source's own package", requirements.install_package, source.has_package),
    Step("Removing what is needed no longer", reuse.remove_leftovers, reuse.has_leftovers),
    Step("Checking that the packages agree", requirements.check, requirements.may_disagree),
    Step("Compiling", written_files.settle),
    *TRIAL,
    Step("Looking for credentials", credentials.check),
    Step("Recording what the image holds", record.write),
)


def main(paths: BuildPaths, table: tuple[Step, ...]) -> int:
    """Exit code of the build: 0, or that of the StartError whose text ends the output."""
    try:
        assemble(paths, table)
        return 0
    except StartError as error:
        print_failure(str(error))
        return error.exit_code


def assemble(paths: BuildPaths, table: tuple[Step, ...]) -> None:
    """Take the steps that fill `paths.home` with a component that can be served. Raises StartError."""
    steps = Steps()
    with steps.line("Checking the settings", []):
        settings = _checked_settings(paths)
    steps.run(Job(paths, settings, read_build_variables(), seconds=steps.seconds), table)


def _checked_settings(paths: BuildPaths) -> Settings:
    """Those of the component that is going to be served in `paths.home`, read from its source. Raises BadSetting."""
    settings = dataclasses.replace(read_settings(folder=paths.source), folder=paths.home)
    inline_python.require(settings)
    return settings


if __name__ == "__main__":
    sys.exit(main(read_build_paths(), STEPS))
