"""The values of all variables, from their texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import BadSetting
from .variables import VARIABLES, Variable


def read_values(texts: Mapping[str, str], annotation_of: Mapping[str, str]) -> dict[str, Any]:
    """field -> value. annotation_of: variable -> the annotation that set it, which an error has to name.

    Raises BadSetting, with a line for each that is not allowed.
    """
    values, wrong = {}, []
    for variable in VARIABLES:
        try:
            values[variable.field] = _value(variable, texts.get(variable.name))
        except ValueError:
            name = annotation_of.get(variable.name, variable.name)
            found = "a value that is not shown" if variable.secret else repr(texts[variable.name])
            wrong.append(f"{name}: found {found}; allowed: {variable.allowed}")
    if values.get("model_name", "") is None:
        wrong.insert(
            0,
            "MODEL_NAME: not set; allowed: a Python name, a dotted one, or an .onnx file. "
            "Set it in .s2i/environment, or with s2i build -e MODEL_NAME=MyModel",
        )
    if wrong:
        raise BadSetting("\n".join(wrong))
    return values


def _value(variable: Variable, text: str | None) -> Any:
    text = variable.default if text is None or not text.strip() else text.strip()
    return None if text is None else variable.read(text)
