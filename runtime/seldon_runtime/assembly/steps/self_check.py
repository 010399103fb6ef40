"""Whether the class can be imported in its own Python and has its main method."""

from __future__ import annotations

from seldon_component.errors import ClassNotFound, ImportFailed, ModelNotFound, NoMainMethod, StartError

from ...model import separate as model_process
from ..build import Job
from . import source

EXIT_CODES = {kind.exit_code for kind in (ModelNotFound, ClassNotFound, ImportFailed, NoMainMethod)}


class SelfCheckFailed(StartError):
    """The component's own process has printed what is wrong; `exit_code` is its exit code."""

    def __init__(self, code: int) -> None:
        crashed = f"importing the model ended its process with signal {-code}" if code < 0 else ""
        git = "If the source is a git checkout: s2i takes what is committed; commit the file, or build with --copy."
        super().__init__(git if code == ModelNotFound.exit_code else crashed or "The image was not built.")
        self.exit_code = code if code > 0 else ImportFailed.exit_code


def is_wanted(job: Job) -> bool:
    """Whether the class has to be imported; for a contract it will be loaded, which begins with that."""
    return job.settings.self_test != "off" and not source.has_contract_to_keep(job)


def run(job: Job) -> None:
    """Import the class and look for its main method. Raises SelfCheckFailed; the component has said why."""
    code = model_process.check(job.settings)
    if code:
        raise SelfCheckFailed(code)
