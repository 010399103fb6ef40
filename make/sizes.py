#!/usr/bin/env python3
"""Prints the sizes of the parts of our images, in unpacked MB, beside those of the previous version.

sizes.py [--record] <OS image> <image>=<base image of its interpreter> ...; --record writes make/sizes.json instead.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

DOCKER = os.environ.get("DOCKER", "docker")
PREVIOUS = Path(__file__).with_name("sizes.json")
MB = 1e6
Parts = dict[str, float]


def docker(*arguments: str) -> str:
    return subprocess.run([DOCKER, *arguments], check=True, capture_output=True, text=True).stdout


def total(image: str) -> float | None:
    try:
        return int(docker("image", "inspect", "--format", "{{.Size}}", image)) / MB
    except subprocess.CalledProcessError:
        return None


def folders(image: str, *patterns: str) -> float:
    """The apparent size of the files that match the shell patterns in the image, as layers count it."""
    command = f"du --bytes --summarize --total {' '.join(patterns)} 2>/dev/null | tail -n 1 | cut -f 1"
    return int(docker("run", "--rm", "--user", "0", "--entrypoint", "bash", image, "-c", command)) / MB


def compilers(image: str) -> float:
    history = docker("history", "--human=false", "--no-trunc", "--format", "{{.Size}} {{.CreatedBy}}", image)
    return sum(int(line.split()[0]) for line in history.splitlines() if "install-compilers" in line) / MB


def parts(image: str, os_image: str, python_image: str) -> Parts:
    ours = ("/opt/seldon/lib/python3*/site-packages/seldon_*", "/s2i", "/opt/seldon/bin/seldon-*")
    packages = "/opt/seldon/lib/python3*/site-packages"
    found = {
        "OS": total(os_image) or 0.0,
        "user's interpreter": folders(python_image, "/usr/local"),
        "compilers, git": compilers(image),
        "numpy for the user": folders(image, "/usr/local/lib/python*/site-packages/numpy*"),
        "our code": folders(image, *ours),
        "server environment": folders(image, packages) - folders(image, ours[0]),
        "server interpreter": folders(image, "/opt/seldon") - folders(image, packages),
    }
    found["pip, libraries, rest"] = (total(image) or 0.0) - sum(found.values())
    return found


def print_table(image: str, base: str, found: Parts, previous: Parts) -> None:
    whole = sum(found.values())
    print(f"{image}: {whole:.0f} MB, {whole - (total(base) or 0.0):.0f} on top of {base}")
    rows = {**found, "all": whole}
    before = {**previous, "all": sum(previous.values())} if previous else {}
    for name, part in rows.items():
        print(f"  {name:22} {part:6.1f}" + (f"   before: {before.get(name, 0.0):6.1f}" if before else ""))


def main() -> None:
    arguments = sys.argv[1:]
    record = arguments[0] == "--record"
    os_image, *pairs = arguments[record:]
    measured: dict[str, Parts] = {}
    previous = json.loads(PREVIOUS.read_text())
    for image, base in (pair.split("=") for pair in pairs):
        name = image.rpartition("/")[2].partition(":")[0]
        if total(image) is None:
            print(f"{image}: not built here")
            continue
        measured[name] = parts(image, os_image, base)
        if not record:
            print_table(image, base, measured[name], previous.get(name, {}))
    if record:
        rounded = {name: {part: round(size, 1) for part, size in found.items()} for name, found in measured.items()}
        PREVIOUS.write_text(json.dumps(rounded, indent=2) + "\n")


main()
