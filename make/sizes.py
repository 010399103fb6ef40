#!/usr/bin/env python3
"""Prints, in MB unpacked, what builder images consist of: sizes.py <OS image> <builder>=<base of its Python> ..."""

from __future__ import annotations

import os
import subprocess
import sys

DOCKER = os.environ.get("DOCKER", "docker")
MB = 1e6


def docker(*arguments: str) -> str:
    return subprocess.run([DOCKER, *arguments], check=True, capture_output=True, text=True).stdout


def total(image: str) -> float | None:
    try:
        return int(docker("image", "inspect", "--format", "{{.Size}}", image)) / MB
    except subprocess.CalledProcessError:
        return None


def folders(image: str, *patterns: str) -> float:
    """The apparent size of what the shell patterns match in the image, as layers count it."""
    command = f"du --bytes --summarize --total {' '.join(patterns)} 2>/dev/null | tail -n 1 | cut -f 1"
    return int(docker("run", "--rm", "--user", "0", "--entrypoint", "bash", image, "-c", command)) / MB


def compilers(image: str) -> float:
    history = docker("history", "--human=false", "--no-trunc", "--format", "{{.Size}} {{.CreatedBy}}", image)
    return sum(int(line.split()[0]) for line in history.splitlines() if "install-compilers" in line) / MB


def parts(image: str, os_image: str, python_image: str) -> dict[str, float]:
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


def main() -> None:
    os_image, *builders = sys.argv[1:]
    for image, python_image in (builder.split("=") for builder in builders):
        size = total(image)
        if size is None:
            print(f"{image}: not built here")
            continue
        found = parts(image, os_image, python_image)
        added = size - sum(found[name] for name in ("OS", "user's interpreter", "compilers, git"))
        print(f"{image}: {size:.0f} MB, of which {added:.0f} MB on top of OS, interpreter and compilers")
        for name, part in found.items():
            print(f"  {name:22} {part:6.1f}")


main()
