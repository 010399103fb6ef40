"""`kubectl` without a cluster: it stores objects in a file, as an API server would have them after each command.

Called as a program: python kubectl.py STORE apply -f FILE | delete -f FILE | patch KIND NAME --type merge -p PATCH
STORE: a JSON file, a list with an entry for each command so far: the objects after it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import yaml

Fields = dict[str, Any]
_KEY = ("apiVersion", "kind")


def merged(target: Any, patch: Any) -> Any:
    """`--type merge`: RFC 7386. A null removes a field."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found


def applied(before: Fields, new: Fields, live: Fields) -> Fields:
    """`apply`: what `new` has; what it had before and has no more goes; what others have set stays.

    before: the object of the last `apply`; {} without one.
    """
    found = {key: value for key, value in live.items() if key in new or key not in before}
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(live.get(key), dict)
        found[key] = applied(_mapping(before.get(key)), value, live[key]) if both else value
    return found


def _mapping(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


class Store:
    """The objects of a namespace. Each is {"live": the object, "applied": that of the last `apply`}."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.history: list[dict[str, Fields]] = json.loads(file.read_text()) if file.exists() else []
        self._objects = dict(self.history[-1]) if self.history else {}

    def apply(self, new: Fields) -> None:
        entry = self._objects.get(_name(new), {"live": {}, "applied": {}})
        self._objects[_name(new)] = {"live": applied(entry["applied"], new, entry["live"]), "applied": new}

    def delete(self, gone: Fields) -> None:
        del self._objects[_name(gone)]

    def patch(self, resource: str, name: str, patch: Fields) -> None:
        """resource: a kind, or its plural with its group. Without a group, those of Kubernetes come first."""
        word, _, group = resource.partition(".")
        kinds = (word.lower(), word.lower().removesuffix("s"))
        found = [key for key, entry in self._objects.items() if entry["live"]["metadata"]["name"] == name
                 and entry["live"]["kind"].lower() in kinds and entry["live"]["apiVersion"].startswith(group)]
        key = min(found, key=lambda key: "." in key.partition("/")[0])
        self._objects[key] = {**self._objects[key], "live": merged(self._objects[key]["live"], patch)}

    def save(self) -> None:
        self._file.write_text(json.dumps([*self.history, self._objects]))


def _name(thing: Fields) -> str:
    return "/".join([*(thing[key] for key in _KEY), thing["metadata"]["name"]])


def main() -> None:
    parser = argparse.ArgumentParser(prog="kubectl")
    parser.add_argument("store", type=Path)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in ("apply", "delete"):
        commands.add_parser(command).add_argument("-f", dest="file", type=Path, required=True)
    patch = commands.add_parser("patch")
    patch.add_argument("resource")
    patch.add_argument("name")
    patch.add_argument("--type", choices=["merge"], required=True)
    patch.add_argument("-p", dest="patch", type=json.loads, required=True)
    given = parser.parse_args()
    store = Store(given.store)
    if given.command == "patch":
        store.patch(given.resource, given.name, given.patch)
    else:
        for thing in yaml.safe_load_all(given.file.read_text()):
            (store.apply if given.command == "apply" else store.delete)(thing)
    store.save()


if __name__ == "__main__":
    main()
