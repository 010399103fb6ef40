#!/usr/bin/env python3
"""Validates what `manifest` prints, and the examples' graphs: validate_manifests.py <folder of strict JSON Schemas>

A schema's file is <kind>-<first word of the group>-<version>.json; references go to _definitions.json.
Run it with the Python of `make venv`. The exit code is 1 if an object breaks its schema, or if a kind has none.
"""

import json
import sys
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

ROOT = Path(__file__).resolve().parents[1]


def main(folder: Path) -> int:
    """Exit code: 1 for a mistake."""
    definitions = json.loads((folder / "_definitions.json").read_text("utf-8"))
    registry = Registry().with_resource("_definitions.json", Resource.from_contents(definitions))
    objects = [(text, each) for text, each in printed_objects() if "kind" in each]  # compose has none
    validators = {
        name: Draft202012Validator(json.loads((folder / name).read_text("utf-8")), registry=registry)
        for name in {file_name(each) for _, each in objects}
    }
    wrong = [
        f"{text}: {each['kind']}: {error.json_path}: {error.message[:200]}"
        for text, each in objects
        for error in validators[file_name(each)].iter_errors(each)
    ]
    print("\n".join([*wrong, f"{len(objects)} objects of {len(validators)} kinds, {len(wrong)} mistakes"]))
    return 1 if wrong else 0


def printed_objects() -> list[tuple[str, dict[str, Any]]]:
    """Of the images and command lines that the tests use, and the files of the examples that are objects themselves."""
    sys.path[:0] = [str(ROOT / "runtime"), str(ROOT / "test")]
    from support.manifest_matrix import all_printed, example_graphs, printed_graphs

    return [*all_printed(), *printed_graphs(), *example_graphs()]


def file_name(document: dict[str, Any]) -> str:
    group, _, version = document["apiVersion"].rpartition("/")
    words = [document["kind"].lower(), *([group.partition(".")[0]] if group else []), version]
    return "-".join(words) + ".json"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
