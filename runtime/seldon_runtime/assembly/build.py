"""What a build is given, and what it takes from an earlier build."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..config.environment import read_build_variables, read_settings
from ..config.settings import BuildPaths, Settings
from ..model.inline import interpreter
from .packages.installed import installed_packages
from .packages.interpreter import Interpreter, read_interpreter
from .packages.pip_variables import require_usable
from .packages.wheel_folder import WheelFolder, read_wheels
from .secrets_folder import SecretsFolder, read_secrets


@dataclass(frozen=True)
class Build:
    """What a build is given. The steps read it and never change it.

    settings: of the component, whose folder is `paths.home`.
    variables: all variables of the environment.
    python: the model's interpreter.
    builder_packages: name -> version of each package that was there before this build installed anything.
    started: seconds since 1970.
    """

    paths: BuildPaths
    settings: Settings
    variables: Mapping[str, str] = field(repr=False)
    python: Interpreter
    wheels: WheelFolder
    secrets: SecretsFolder
    builder_packages: Mapping[str, str]
    started: float

    @property
    def pip_environment(self) -> dict[str, str]:
        """The variables for pip. If files are injected, these variables tell pip where they are."""
        # Byte code of pip itself would be one more thing that a build leaves behind.
        return {**self.secrets.variables, **self.variables, "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True)
class Copied:
    """What a build knows of the source once it is copied, and before pip writes into it.

    key: of all on which the installed packages depend.
    before: the files that were in the served folder before, and that no earlier build has brought.
    """

    key: str
    before: frozenset[str]


NOTHING_COPIED = Copied("", frozenset())


@dataclass(frozen=True)
class Restored:
    """What this build has taken from an earlier one.

    packages: name -> the entry of the earlier build's record for each package that was restored.
    is_unchanged: whether these are all packages that the requirements need.
    """

    packages: Mapping[str, Mapping[str, Any]]
    is_unchanged: bool


NOTHING_RESTORED = Restored({}, is_unchanged=False)


@dataclass(frozen=True)
class Learned:
    """What the self-test has seen of the class, as far as it went; None for the rest.

    service_type: what the class is served as.
    constructor: the arguments of the class, as `seldon_component.user_class.constructor` has them.
    load_seconds: from the start of its process. peak_bytes: of that process, at the end of the test.
    """

    service_type: str | None = None
    constructor: list[dict[str, Any]] | None = None
    load_seconds: float | None = None
    peak_bytes: int | None = None


NOTHING_LEARNED = Learned()


def read_build(paths: BuildPaths) -> Build:
    """Read all inputs of a build. Raises BadSetting, BadParameters or InstallFailed."""
    started = time.time()
    settings = dataclasses.replace(read_settings(folder=paths.source), folder=paths.home)
    variables = read_build_variables(paths.source)
    require_usable(variables)
    interpreter.require(settings)
    python = read_interpreter(settings.model_python)
    return Build(
        paths=paths,
        settings=settings,
        variables=variables,
        python=python,
        wheels=read_wheels(paths.wheels, python),
        secrets=read_secrets(paths.secrets),
        builder_packages={str(name): package.version for name, package in installed_packages(python).items()},
        started=started,
    )
