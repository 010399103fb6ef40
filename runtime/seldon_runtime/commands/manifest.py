"""The command `manifest`: prints the objects that run this image in a cluster, or with docker compose."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from seldon_component.errors import StartError

from ..config.environment import read_build_paths
from ..config.manifest_arguments import manifest_arguments
from ..errors import BadSetting
from ..manifests.facts import Facts
from ..manifests.image_facts import read_facts
from ..manifests.options import Options, read_options
from ..manifests.targets import ALL, TARGETS
from ..manifests.yaml_text import yaml_text


def main() -> int:
    """Of the image. Exit code: 0, or that of the StartError that standard error shows."""
    home = read_build_paths().home  # the current folder of a slim image is another one
    return run(None, home if home.is_dir() else Path.cwd(), "manifest")


def of_current_folder(arguments: Sequence[str], program: str) -> int:
    """Without an image, of the component in the current folder. See `run`."""
    return run(arguments, Path.cwd(), program)


def run(arguments: Sequence[str] | None, folder: Path, program: str) -> int:
    """Print the objects of the component in a folder. arguments: None for those of the process.

    Returns the exit code, as `main` does.
    """
    given = manifest_arguments(arguments, (*TARGETS, ALL), program)
    try:
        facts, remarks = read_facts(folder)
        options = read_options(given, facts)
        texts = list(_all(facts, options) if options.target == ALL else _one(facts, options))
    except StartError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code
    for remark in remarks:
        print(remark, file=sys.stderr)
    sys.stdout.buffer.write("---\n".join(texts).encode())
    sys.stdout.buffer.flush()
    return 0


def _one(facts: Facts, options: Options) -> Iterator[str]:
    yield yaml_text(TARGETS[options.target](facts, options))


def _all(facts: Facts, options: Options) -> Iterator[str]:
    """The objects of each target, below its name. A comment says why a target cannot have one of the options."""
    for name, objects in TARGETS.items():
        try:
            yield f"# {name}\n{yaml_text(objects(facts, options))}"
        except BadSetting as error:
            lines = "".join(f"#   {line}\n" for line in str(error).splitlines())
            yield f"# {name}: nothing is printed\n{lines}"


if __name__ == "__main__":
    sys.exit(main())
