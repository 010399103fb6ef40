"""All that a build may take part in or write to, in a folder of its own."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from support.package_index import Index
from support.scripts import script, variables
from support.server import ROOT

MODEL = "class MyModel(object):\n    def predict(self, X, features_names):\n        return X\n"


class Sandbox:
    """A source, a folder of wheels, an index and an interpreter that a build may install into."""

    def __init__(self, folder: Path, python: str, index: Index) -> None:
        self.source, self.home, self.wheels = folder / "source", folder / "home", folder / "whl"
        self.secrets, self.artifacts, self.index = folder / "secrets", folder / "artifacts", index
        self._pristine = Path(python).parents[1]
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
        shutil.copytree(self._pristine, self.environment, symlinks=True)
        shutil.rmtree(self.environment / "share" / "seldon", ignore_errors=True)  # of tests that share the interpreter
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

    def assemble(self, *requirements: str, **given: object) -> subprocess.CompletedProcess[str]:
        (self.source / "requirements.txt").write_text("".join(f"{line}\n" for line in requirements))
        paths = {"S2I_SOURCE": self.source, "MICROSERVICE_HOME": self.home, "MODEL_PYTHON": self.python}
        folders = {"WHEELS_FOLDER": self.wheels, "SECRETS_FOLDER": self.secrets, "ARTIFACTS_FOLDER": self.artifacts}
        return script("assemble", **{**paths, **folders, "MODEL_NAME": "MyModel", **self.index.options, **given})

    def installed_files(self) -> dict[str, tuple[int, int, str]]:
        """Time stamp, mode and digest of each file that a build has written, but of those that say how it went."""
        new = {path for root in (self.environment, self.home) for path in root.rglob("*") if self._is_new(path)}
        return {
            str(path): (int(path.stat().st_mtime), path.stat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in new
        }

    def _is_new(self, path: Path) -> bool:
        old = self._pristine / path.relative_to(self.environment) if self.environment in path.parents else None
        is_told_apart = path.parent.name == "seldon" and path.suffix == ".json"
        is_same = old is not None and old.is_file() and old.stat().st_mtime == path.stat().st_mtime
        return path.is_file() and not path.is_symlink() and not is_same and not is_told_apart

    def versions(self, *modules: str) -> list[str]:
        code = "import sys, json, importlib; print(json.dumps([importlib.import_module(m).VERSION for m in sys.argv[1:]]))"
        run = subprocess.run([self.python, "-c", code, *modules], capture_output=True, text=True, check=True)
        found: list[str] = json.loads(run.stdout)
        return found
