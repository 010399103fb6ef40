"""The ways to build an image of the scikit-learn example that `bench.build` compares."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .environments import ROOT
from .errors import BenchError

SOURCE = ROOT / "examples" / "model-sklearn"
_TAG = "seldon-bench-build:local"
_SCLORG = "seldon-bench-sclorg:local"
_PLAIN = "FROM {python}\nCOPY . /app\nRUN pip install -r /app/requirements.txt\n"
_OURS = 'FROM {builder}\nCOPY --chown=1001:0 . /tmp/src\nRUN ["/s2i/bin/assemble"]\n'
# the two layers of docs/building.md
_LAYERS = """\
FROM {builder}
ENV MODEL_NAME=IrisClassifier UV_CACHE_DIR=/tmp/uv
COPY --chown=1001:0 requirements.txt /tmp/src/
RUN --mount=type=cache,id={cache},target=/tmp/uv,uid=1001 ["/s2i/bin/assemble-requirements"]
COPY --chown=1001:0 . /tmp/src
RUN --mount=type=cache,id={cache},target=/tmp/uv,uid=1001 ["/s2i/bin/assemble"]
"""


@dataclass(frozen=True)
class Way:
    """build: builds an image of a folder, clean or with what earlier builds have left; the result is what it prints."""

    name: str
    build: Callable[[Path, bool], str]


def ways(options: argparse.Namespace) -> Iterator[Way]:
    """The ways that can be gone here, ours first."""
    docker = _Docker(options.docker)
    yield Way("s2i", _S2i(options, options.image))
    if options.baseline:
        yield Way("s2i, baseline", _S2i(options, options.baseline))
    yield Way("s2i, sclorg's way", _S2i(options, _SCLORG))
    for name, text in (("ours", _OURS), ("plain pip", _PLAIN)):
        dockerfile = text.format(builder=options.image, python=options.python_image)
        yield Way(f"Dockerfile, {name}, legacy builder", docker.with_dockerfile(dockerfile, is_buildkit=False))
        yield Way(f"Dockerfile, {name}, BuildKit", docker.with_dockerfile(dockerfile, is_buildkit=True))
    layers = _LAYERS.format(builder=options.image, cache=f"bench-{os.getpid()}")
    yield Way("Dockerfile, ours in two layers, BuildKit", docker.with_dockerfile(layers, is_buildkit=True))
    if shutil.which("buildah"):
        for name, text in (("ours", _OURS), ("plain pip", _PLAIN)):
            dockerfile = text.format(
                builder=f"docker-daemon:{options.image}", python=f"docker-daemon:{options.python_image}"
            )
            yield Way(f"Dockerfile, {name}, buildah", _Buildah(dockerfile))


def prepare(options: argparse.Namespace) -> None:
    """Build what is not measured. Raises BenchError."""
    folder = str(ROOT / "bench" / "programs" / "sclorg")
    base = f"PYTHON_IMAGE={options.python_image}"
    _output([options.docker, "build", "--quiet", "--build-arg", base, "--tag", _SCLORG, folder])


def remove(options: argparse.Namespace) -> None:
    """Remove the images of a run."""
    subprocess.run([options.docker, "rmi", "--force", _TAG, _SCLORG], capture_output=True, check=False)


class _S2i:
    def __init__(self, options: argparse.Namespace, builder: str) -> None:
        self._options = options
        self._builder = builder

    def __call__(self, source: Path, is_clean: bool) -> str:
        again = [] if is_clean else ["--incremental"]
        command = [self._options.s2i, "build", "--copy", "--pull-policy=never", *again]
        return _output([*command, str(source), self._builder, _TAG])


class _Docker:
    def __init__(self, program: str) -> None:
        self._program = program

    def with_dockerfile(self, text: str, is_buildkit: bool) -> Callable[[Path, bool], str]:
        def build(source: Path, is_clean: bool) -> str:
            command = [self._program, "build", "--tag", _TAG, "--file", _written(text, source)]
            fresh = ["--no-cache"] if is_clean else []
            return _output([*command, *fresh, str(source)], DOCKER_BUILDKIT=str(int(is_buildkit)))

        return build


class _Buildah:
    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, source: Path, is_clean: bool) -> str:
        fresh = ["--no-cache"] if is_clean else []
        options = ["--isolation=chroot", "--layers", "--pull=ifmissing", "--tag", _TAG, *fresh]
        return _output(["buildah", "bud", *options, "--file", _written(self._text, source), str(source)])


def _written(text: str, source: Path) -> str:
    """The path of a Dockerfile beside the source, so that it is no part of it."""
    path = source.parent / "Dockerfile"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _output(command: list[str], **variables: str) -> str:
    environment = {**os.environ, **variables}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise BenchError(f"{' '.join(command)}: {run.stdout[-2000:]}{run.stderr[-2000:]}")
    return run.stdout + run.stderr
