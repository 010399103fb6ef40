"""pip's options in uv's words: the same `pip.conf`, PIP_… and requirements.txt must mean the same to both installers.

uv has no counterpart for some options, or gives them another meaning. Then pip has to install.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .pip_variables import is_on
from .requirements_file import RequirementsFile

# They change what pip prints, or where and how pip itself works, but not what is installed.
_WITHOUT_EFFECT = frozenset(
    "break-system-packages cache-dir color compile disable-pip-version-check exists-action no-cache-dir no-color "
    "no-compile no-input no-python-version-warning no-warn-conflicts no-warn-script-location progress-bar quiet "
    "root-user-action user".split()
)
# pip's option -> uv's variable, and what stands between its values there
_VARIABLES = {
    "cert": ("SSL_CERT_FILE", None),
    "client-cert": ("SSL_CLIENT_CERT", None),
    "default-timeout": ("UV_HTTP_TIMEOUT", None),
    "extra-index-url": ("UV_EXTRA_INDEX_URL", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "index-url": ("UV_DEFAULT_INDEX", None),
    "retries": ("UV_HTTP_RETRIES", None),
    "timeout": ("UV_HTTP_TIMEOUT", None),
    "trusted-host": ("UV_INSECURE_HOST", " "),
}
_PROXIES = ("http_proxy", "https_proxy")
_NO_PROXIES = ("no_proxy", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")  # pip ignores them, too
_IN_FILES = frozenset(
    "-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links --no-index "
    "--no-binary --only-binary --hash --require-hashes".split()
)


class NeedsPip(Exception):
    """Why uv cannot install what pip can: a phrase."""


@dataclass(frozen=True)
class UvOptions:
    """arguments: of the command line. variables: these may hold passwords, which a command line would show.

    without: variables of the environment that must not reach uv.
    """

    arguments: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    without: tuple[str, ...] = ()


def uv_options(options: Mapping[str, str], file: RequirementsFile, has_wheels: bool) -> UvOptions:
    """For pip's options, a requirements.txt, and whether a folder of wheels comes first. Raises NeedsPip."""
    _require_order(options, file, has_wheels)
    arguments: list[tuple[str, ...]] = [_HASHES] if file.has_hashes else []
    variables: dict[str, str] = {}
    without: tuple[str, ...] = ()
    for name, text in options.items():
        if name in _VARIABLES:
            variable, separator = _VARIABLES[name]
            variables[variable] = text if separator is None else separator.join(text.split())
        elif name == "proxy":
            variables.update(dict.fromkeys(_PROXIES, text))
            without = _NO_PROXIES
        elif name in _ARGUMENTS:
            arguments += [each for each in _ARGUMENTS[name](text) if each not in arguments]
        elif name not in _WITHOUT_EFFECT:
            raise NeedsPip(f"pip's option {name} is set")
    return UvOptions(tuple(word for each in arguments for word in each), variables, without)


def _require_order(options: Mapping[str, str], file: RequirementsFile, has_wheels: bool) -> None:
    """Raises NeedsPip if uv would look at the places for packages in another order than pip."""
    unknown = sorted(file.options - _IN_FILES)
    if unknown:
        raise NeedsPip(f"requirements.txt has the option {unknown[0]}")
    if "index-url" in options and file.options & {"-i", "--index-url"}:
        raise NeedsPip("requirements.txt and pip's configuration name an index")
    in_file = file.options & {"-f", "--find-links", "--extra-index-url", "-i", "--index-url"}
    if has_wheels and (in_file or options.keys() & {"find-links", "extra-index-url"}):
        raise NeedsPip("there is more than one place for packages beside the folder of wheels")


def _for_each(option: str, separator: str | None = None) -> Callable[[str], list[tuple[str, ...]]]:
    return lambda text: [(option, value.strip()) for value in text.split(separator) if value.strip()]


def _if_on(*arguments: str) -> Callable[[str], list[tuple[str, ...]]]:
    return lambda text: [arguments] if is_on(text) else []


_HASHES = ("--require-hashes",)
# pip's option -> the arguments for a value of it
_ARGUMENTS: Mapping[str, Callable[[str], list[tuple[str, ...]]]] = {
    "build-constraint": _for_each("--build-constraints"),
    "constraint": _for_each("--constraints"),
    "no-binary": _for_each("--no-binary", ","),
    "no-index": _if_on("--no-index"),
    "only-binary": _for_each("--only-binary", ","),
    "pre": _if_on("--prerelease", "allow"),
    "require-hashes": _if_on(*_HASHES),
}
