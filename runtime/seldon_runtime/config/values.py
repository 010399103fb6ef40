"""The settings, as the values of variables make them. `environment` reads these."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from seldon_component.user_class.service_types import USUAL as USUAL_SERVICE_TYPE

from ..errors import BadSetting
from ..system.memory import container_memory
from .class_python import program
from .conflicts import conflicts
from .end_times import end_times
from .files import ANNOTATIONS
from .limits import byte_limits
from .listeners import listeners_of, served_apis
from .log_variables import log_settings
from .metrics import metrics_settings
from .parameters import PUSH_FREQUENCY, push_frequency
from .request_log_variables import PREFIX, RequestLogSettings
from .settings import BuildSettings, PersistenceSettings, ServingSettings, Settings, UnitSettings
from .variables import Variable, read_values


def checked_values(
    variables: Iterable[Variable], texts: Mapping[str, str], annotated: Mapping[str, str]
) -> dict[str, Any]:
    """field -> value. Raises BadSetting for each text that is wrong, or for each two that contradict each other."""
    annotation_of = {variable: key for key, variable in ANNOTATIONS.items() if variable in annotated}
    values = read_values(variables, texts, annotation_of)
    values |= {"apis": served_apis(values), **end_times(values, texts)}
    if lines := conflicts(values):
        raise BadSetting("\n".join(lines))
    return values


def settings_of(values: Mapping[str, Any], folder: Path, threads: int, environment: dict[str, str]) -> Settings:
    apis = listeners_of(values)
    others = {
        "folder": folder,
        "service_type": values["service_type"] or USUAL_SERVICE_TYPE,
        "service_type_is_set": values["service_type"] is not None,
        "model_python": program(values["model_python"] or sys.executable),
        "component_environment": environment,
        "threads": threads,
        "listeners": apis,
        "metrics": metrics_settings(values, apis),
        "unit": UnitSettings(**_fields(UnitSettings, values)),
        "serving": ServingSettings(**{**_fields(ServingSettings, values), **byte_limits(values, container_memory())}),
        "logs": log_settings(values),
        "request_log": RequestLogSettings(**_fields(RequestLogSettings, values, PREFIX)),
        "persistence": persistence_of(values),
        "build": _build_settings(values),
    }
    return Settings(**{**_fields(Settings, values), **others})


def _build_settings(values: Mapping[str, Any]) -> BuildSettings:
    others = {"log_level": values["build_log_level"], "install_extras": values["install_extras"] or ()}
    return BuildSettings(**{**_fields(BuildSettings, values), **others})


def _fields(group: type, values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The values of a group's fields, where a variable's value is taken as it is. prefix: of the variables' fields."""
    names = [field.name for field in dataclasses.fields(group) if prefix + field.name in values]
    return {name: values[prefix + name] for name in names}


def persistence_of(values: Mapping[str, Any]) -> PersistenceSettings:
    """Raises BadParameters for a push_frequency that is not allowed, if the state is kept."""
    same = ("key", "key_file", "timeout", "lease", "history", "max_bytes", "fork")
    deployment, predictor, unit = values["deployment_id"], values["predictor_id"], values["unit_id"]
    return PersistenceSettings(
        **{name: values[f"persistence_{name}"] for name in same},
        enabled=values["persistence"],
        name=f"persistence_{deployment or 0}_{predictor or 0}_{unit}",
        url=values["persistence_url"] or values["redis_port"].url(values["redis_host"]),
        push_frequency=push_frequency(values["parameters"]) if values["persistence"] else PUSH_FREQUENCY,
    )
