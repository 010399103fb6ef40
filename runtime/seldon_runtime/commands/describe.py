"""The command `describe`: prints what an image holds and how it was built; `--json` for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from seldon_component.errors import StartError

from ..assembly.packages.interpreter import read_interpreter
from ..assembly.record.build_record import read_record
from ..config.command_line import describe_as_json
from ..config.environment import read_model_python

_NOTHING = "no model has been built here: this is a builder image, or `assemble` has not run"


def main() -> int:
    """Exit code: 1 where nothing has been built."""
    try:
        as_json, built = describe_as_json(), read_record(read_interpreter(read_model_python()))
    except StartError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if built is None:
        print(_NOTHING, file=sys.stderr)
        return 1
    print(json.dumps(built, indent=1) if as_json else "\n".join(_lines(built)))
    return 0


def _lines(built: Mapping[str, Any]) -> Iterator[str]:
    build, source = built["build"], built["build"]["source"]
    yield f"model       {build['model']}"
    yield f"source      {source['revision'] or 'revision unknown'}, sha256 {source['sha256']}"
    yield f"builder     {build['builder']}"
    yield f"python      {build['python']}, {build['architecture']}"
    yield from (f"warning     {line}" for text in build.get("warnings", ()) for line in text.splitlines())
    yield f"seconds     {sum(built['seconds'].values()):.1f}"
    yield from (f"  {seconds:8.1f}  {step}" for step, seconds in built["seconds"].items())
    yield f"megabytes   {sum(package['bytes'] for package in build['packages']) / 1e6:.1f}, of the model's packages"
    for package in build["packages"]:
        pin, licence = f"{package['name']}=={package['version']}", package["licence"] or "licence unknown"
        yield f"  {package['bytes'] / 1e6:8.1f}  {pin:40} {package['origin']:13} {licence}"
    pins = (f"{package['name']}=={package['version']}" for package in build["server"])
    yield f"server      {', '.join(pins)}"


if __name__ == "__main__":
    sys.exit(main())
