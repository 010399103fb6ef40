"""Variables that would let pip install where the class does not look, or not at all."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import BadSetting

_ELSEWHERE = "pip would install where the class does not look for packages"
_IN_THE_USERS_SITE = "the packages of the class are in the user site of its Python"
_OFF = ("", "0", "no", "off", "false", "n", "f")


def require_usable(variables: Mapping[str, str]) -> None:
    """Raises BadSetting, with a line for each variable that is in the way."""
    wrong = {name: _ELSEWHERE for name in ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT") if variables.get(name)}
    if is_on(variables.get("PIP_DRY_RUN", "")):
        wrong["PIP_DRY_RUN"] = "pip would install nothing"
    if "PYTHONUSERBASE" in variables:  # as in an image
        if variables.get("PYTHONNOUSERSITE"):
            wrong["PYTHONNOUSERSITE"] = _IN_THE_USERS_SITE
        if "PIP_USER" in variables and not is_on(variables["PIP_USER"]):
            wrong["PIP_USER"] = _IN_THE_USERS_SITE
    if wrong:
        lines = (f"{name}: expected nothing, found '{variables[name]}'; {why}; unset it" for name, why in wrong.items())
        raise BadSetting("\n".join(lines))


def is_on(text: str) -> bool:
    """Whether pip takes the text of a variable as a yes."""
    return text.lower() not in _OFF
