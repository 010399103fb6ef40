"""What is served if MODEL_NAME is not set: the one model file of the folder; in a graph, also its one class."""

from __future__ import annotations

from pathlib import Path

from seldon_component.model_files import files
from seldon_component.onnx.files import SUFFIX as ONNX

from ..errors import BadSetting
from .variables import missing

_SHOWN = 5  # names


def only_model_file(folder: Path) -> str:
    """The name of the one model file in the folder, or "" if there is none; it needs no MODEL_NAME.

    Raises BadSetting for several, for a class beside it, for files in subfolders, and for files that are almost models.
    """
    found = files.models_in(folder)
    if len(found) > 1:
        raise BadSetting(missing("MODEL_NAME", f"one of the model files {', '.join(found)}", found[0]))
    classes = files.classes_in(folder)
    if found and classes and not found[0].endswith(ONNX):
        allowed = f"{' or '.join(classes)} for the class, or {found[0]} for the file alone"
        raise BadSetting(missing("MODEL_NAME", allowed, classes[0]))
    if found or classes:
        return "".join(found)
    if below := files.models_below(folder):
        shown = ", ".join(below[:_SHOWN])
        raise BadSetting(missing("MODEL_NAME", f"a class, or a model file such as {shown}", below[0]))
    if almost := files.almost_models_in(folder):
        text = missing("MODEL_NAME", "a class, or a model file", "MyModel")
        raise BadSetting("\n".join((text, *(f"  {line}" for line in almost))))
    return ""


def only_class(folder: Path) -> str:
    """The one class of the folder. A unit of a graph is tried out, so it need not have a file of settings.

    Raises BadSetting for none and for several.
    """
    found: list[str] = files.classes_in(folder)
    if len(found) == 1:
        return found[0]
    several, name = ", ".join(found), found[0] if found else "MyModel"
    advice = f"choose one: MODEL_NAME={name} in .s2i/environment" if found else "write MyModel.py with class MyModel"
    raise BadSetting(f"MODEL_NAME: expected one class or model file in {folder}, found {several or 'none'}; {advice}")
