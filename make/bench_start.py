#!/usr/bin/env python3
"""Prints how long a source takes to build, and its container to answer: bench_start.py <builder> <source>"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

DOCKER = os.environ.get("DOCKER", "docker")
IMAGE = "seldon-bench-start:local"
RUNS = 5
REQUEST = b'{"data": {"ndarray": [[1.0, 2.0]]}}'


def seconds_to_build(builder: str, source: str) -> float:
    s2i = subprocess.run(["make/s2i"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    start = time.monotonic()
    subprocess.run([s2i, "build", source, builder, IMAGE, "--pull-policy=never"], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/predict", REQUEST, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def seconds_to_first_answer() -> float:
    port = free_port()
    start = time.monotonic()
    run = [DOCKER, "run", "--detach", "--rm", "--publish", f"127.0.0.1:{port}:5000", IMAGE]
    container = subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    try:
        while not answers(port):
            if time.monotonic() - start > 60:
                raise SystemExit("make bench-start: no answer within a minute")
            time.sleep(0.01)
        return time.monotonic() - start
    finally:
        subprocess.run([DOCKER, "rm", "--force", container], stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    builder, source = sys.argv[1:]
    print(f"build: {seconds_to_build(builder, source):.2f} s ({source} on {builder})")
    times = sorted(seconds_to_first_answer() for _ in range(RUNS))
    print(f"start to first answer: best {times[0]:.2f} s of {', '.join(f'{t:.2f}' for t in times)}")
    subprocess.run([DOCKER, "rmi", "--force", IMAGE], stdout=subprocess.DEVNULL, check=False)


main()
