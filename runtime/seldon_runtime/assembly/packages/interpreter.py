"""The model's Python: its version, where it installs, and which wheels it takes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.tags import Tag, parse_tag

from ..errors import InstallFailed

# Every pip that a model's Python can have brings `packaging` along.
_DESCRIBE = """
import json, os, site, sys, sysconfig
from pip._vendor.packaging import markers, tags
has_user_base = site.ENABLE_USER_SITE and "PYTHONUSERBASE" in os.environ
print("\\nINTERPRETER " + json.dumps({
    "prefix": site.USER_BASE if has_user_base else sys.prefix,
    "site_packages": [site.USER_SITE] * has_user_base + [sysconfig.get_paths()["purelib"]],
    "path": [folder for folder in sys.path if folder],
    "tags": [str(tag) for tag in tags.sys_tags()],
    "markers": markers.default_environment(),
}))
"""
_MARK = "INTERPRETER "
_RUN_MODULE = (
    "import os, sys; sys.path[:] = [entry for entry in sys.path if entry not in ('', os.getcwd())]; "
    "import runpy; runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True)
class Interpreter:
    """program: its path.
    prefix: the folder below which pip installs; in the images, the user base.
    site_packages: the folders where pip puts packages, in the order in which they are found.
    path: all folders that it imports from.
    tags: of the wheels that it takes.
    markers: the variables of PEP 508's markers.
    """

    program: str
    prefix: Path
    site_packages: tuple[Path, ...]
    path: tuple[str, ...]
    tags: frozenset[Tag]
    markers: Mapping[str, str]

    @property
    def version(self) -> str:
        """Major and minor."""
        return self.markers["python_version"]

    @property
    def architecture(self) -> str:
        return self.markers["platform_machine"]


def module_command(program: str, module: str) -> list[str]:
    """As `program -m module`, but without the current folder on the path: a source may have a `random.py`."""
    return [program, "-c", _RUN_MODULE, module]


def read_interpreter(program: str) -> Interpreter:
    """Run the interpreter once, and read its description of itself. Raises InstallFailed if it has no pip."""
    # At the root no file of the model is imported. Other lines are what a .pth file or an exit handler prints.
    run = subprocess.run([program, "-c", _DESCRIBE], cwd="/", capture_output=True, text=True, check=False)
    if run.returncode:
        raise InstallFailed(f"MODEL_PYTHON: expected a Python with pip, found {program}:\n{run.stderr.rstrip()}")
    description = json.loads(next(line for line in run.stdout.splitlines() if line.startswith(_MARK))[len(_MARK) :])
    return Interpreter(
        program=program,
        prefix=Path(description["prefix"]),
        site_packages=tuple(map(Path, description["site_packages"])),
        path=tuple(description["path"]),
        tags=frozenset(tag for text in description["tags"] for tag in parse_tag(text)),
        markers=description["markers"],
    )
