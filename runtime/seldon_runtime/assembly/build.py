"""What the steps of one run of `assemble` are given, and what they tell each other."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..config.settings import BuildPaths, Settings
from .packages import installed, interpreter
from .packages.interpreter import Interpreter
from .packages.wheel_folder import WheelFolder
from .secrets_folder import SecretsFolder


@dataclass
class Job:
    """paths: where the build works. settings: of the component, whose folder is `paths.home`. variables: all there are.

    notes: sentences that the present step wants read, below its line. log: all that pip has said so far, a line each.
    taken: those that name a file which was installed. seconds: of each step that has ended. restored: name -> what the
    record of an earlier build says of each package that was taken from it; is_unchanged: whether these are all that
    the requirements ask for.
    """

    paths: BuildPaths
    settings: Settings
    variables: Mapping[str, str]
    notes: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    restored: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    is_unchanged: bool = False
    started: float = field(default_factory=time.time)  # seconds since 1970

    def __post_init__(self) -> None:
        """builders: name -> version of each package that is there before anything is installed."""
        self.builders = {str(name): package.version for name, package in installed.packages(self.python).items()}

    @functools.cached_property
    def python(self) -> Interpreter:
        """The model's own."""
        return interpreter.ask(self.settings.model_python)

    @functools.cached_property
    def wheels(self) -> WheelFolder:
        return WheelFolder(self.paths.wheels, self.python)

    @functools.cached_property
    def secrets(self) -> SecretsFolder:
        return SecretsFolder(self.paths.secrets)

    @functools.cached_property
    def pip_environment(self) -> dict[str, str]:
        """The variables for pip: the injected files, if there are any, are its configuration and its passwords."""
        # byte code of pip itself would be one more thing that a build leaves behind
        return {**self.secrets.variables, **self.variables, "PYTHONDONTWRITEBYTECODE": "1"}
