"""All that a build may take part in or write to, in a folder of its own.

A sandbox has an environment of some 3,000 files. They are hard links to the files of one builder, which all tests share:
pip writes new files and removes old ones, and never writes into a file that is there.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.package_index import Index
from support.scripts import script, variables
from support.server import ROOT

MODEL = "class MyModel(object):\n    def predict(self, X, features_names):\n        return X\n"


def copy_builder(python: str, folder: Path) -> Path:
    """Copy a model's environment for the sandboxes. They are on the same disk as the folder, so that they can link to it."""
    copy = folder / "builder"
    shutil.copytree(Path(python).parents[1], copy, symlinks=True)
    shutil.rmtree(copy / "share" / "seldon", ignore_errors=True)  # of tests that build into the environment itself
    return copy


class Sandbox:
    """A source, a folder of wheels, an index and an interpreter that a build may install into."""

    def __init__(self, folder: Path, builder: Path, index: Index, installer: str = "uv") -> None:
        """builder: of `copy_builder`. installer: of its builds; uv means pip for an old Python."""
        self._installer = installer
        self.source, self.home, self.wheels = folder / "source", folder / "home", folder / "whl"
        self.secrets, self.artifacts, self.index = folder / "secrets", folder / "artifacts", index
        self._builder = builder
        self.python = folder / "environment" / "bin" / "python"
        self.renew()
        self.source.mkdir()
        (self.source / "MyModel.py").write_text(MODEL)

    @property
    def environment(self) -> Path:
        return self.python.parents[1]

    def renew(self) -> None:
        """A builder again, without what was built."""
        shutil.rmtree(self.environment, ignore_errors=True)
        shutil.copytree(self._builder, self.environment, symlinks=True, copy_function=os.link)
        shutil.rmtree(self.home, ignore_errors=True)

    def save_artifacts(self) -> None:
        """What s2i does between two incremental builds: the artifacts of the last one, and a builder for the next."""
        saved = subprocess.run(
            [ROOT / "s2i" / "bin" / "save-artifacts"], env=variables(MODEL_PYTHON=self.python), capture_output=True, check=True
        )
        self.artifacts.mkdir(exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(saved.stdout)) as tar:
            tar.extractall(self.artifacts, filter="data")
        self.renew()

    def describe(self, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "seldon_runtime.commands.describe", *options]
        return subprocess.run(command, env=variables(MODEL_PYTHON=self.python), capture_output=True, text=True, check=False)

    def record(self) -> dict[str, Any]:
        """What the last build has recorded of itself."""
        found: dict[str, Any] = json.loads((self.environment / "share" / "seldon" / "build.json").read_text())
        return found

    def assemble(self, *requirements: str, **given: object) -> subprocess.CompletedProcess[str]:
        """Build the source from its index, with a requirements.txt if there are any requirements."""
        (self.source / "requirements.txt").unlink(missing_ok=True)
        if requirements:
            (self.source / "requirements.txt").write_text("".join(f"{line}\n" for line in requirements))
        own = {"ARTIFACTS_FOLDER": self.artifacts, "MODEL_NAME": "MyModel", "INSTALLER": self._installer, **self.index.options}
        return self.assemble_as_it_is(**{**own, **given})

    def assemble_as_it_is(self, **given: object) -> subprocess.CompletedProcess[str]:
        """Build the source with the list that it has, from the index of this machine: locks are of real packages."""
        paths = {"S2I_SOURCE": self.source, "MICROSERVICE_HOME": self.home, "MODEL_PYTHON": self.python}
        return script("assemble", **{**paths, "WHEELS_FOLDER": self.wheels, "SECRETS_FOLDER": self.secrets, **given})

    def installed_files(self) -> dict[str, tuple[int, int, str]]:
        """Time stamp, mode and digest of each file that a build has written, but of those that say how it went."""
        return {
            str(path): (int(path.stat().st_mtime), path.stat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in self._new_files()
            if not (path.parent.name == "seldon" and path.suffix == ".json")
        }

    def _new_files(self) -> Iterator[Path]:
        """Those that are no link to a file of the builder."""
        for root in (self.environment, self.home):
            for folder, _, names in os.walk(root):
                paths = (Path(folder, name) for name in names)
                yield from (path for path in paths if not path.is_symlink() and path.stat().st_nlink == 1)

    def versions(self, *modules: str) -> list[str]:
        code = "import sys, json, importlib; print(json.dumps([importlib.import_module(m).VERSION for m in sys.argv[1:]]))"
        run = subprocess.run([self.python, "-c", code, *modules], capture_output=True, text=True, check=True)
        found: list[str] = json.loads(run.stdout)
        return found


def build(sandbox: Sandbox, *requirements: str, **given: object) -> str:
    """What a build that succeeds prints."""
    sandbox.index.asked.clear()
    done = sandbox.assemble(*requirements, **given)
    assert done.returncode == 0, done.stderr
    return done.stdout


def origins(sandbox: Sandbox) -> dict[str, str]:
    """Where each package that a build has installed comes from."""
    return {each["name"]: each["origin"] for each in sandbox.record()["packages"] if each["origin"] != "builder"}
