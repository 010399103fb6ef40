"""The router's README, its lines pasted by a reader: what the router has learned survives."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.images import EXAMPLES, Builder
from support.server import ROOT, free_port

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)  # the one that the README names
README = EXAMPLES / "router-template" / "README.md"
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def redis_image(builder: Builder) -> Iterator[str]:
    """What stands in for redis:7, which need not be here nor pullable: Debian's own, in this very builder."""
    tag = f"seldon-s2i-test/redis:{os.getpid()}"
    lines = (f"FROM {builder.name}", "USER 0", "RUN apt-get update && apt-get install -y --no-install-recommends redis-server",
             "WORKDIR /data", 'ENTRYPOINT ["/bin/sh", "-c", "exec \\"$@\\" --protected-mode no --bind 0.0.0.0", "sh"]')
    subprocess.run(["docker", "build", "--quiet", "--tag", tag, "-"], input="\n".join(lines).encode(), check=True, stdout=subprocess.DEVNULL)
    yield tag
    builder.forget(tag)


def pasted(builder: Builder, redis_image: str, own: str) -> str:
    """The README's lines as one script, under names and ports of this test's own."""
    text = README.read_text().partition("## What it has learned survives")[2].replace("shop", own).replace("redis:7", redis_image)
    for port in ("5000", "5001"):
        text = text.replace(f"-p {port}:", f"-p 127.0.0.1:{(free := free_port())}:").replace(f"127.0.0.1:{port}", f"127.0.0.1:{free}")
    return "".join(BLOCK.findall(re.sub(r"seldonio/seldon-core-s2i-python3:\S+", f"{builder.name} --pull-policy=never", text)))


def test_the_routers_readme_can_be_pasted_and_its_learned_branch_survives(builder: Builder, redis_image: str) -> None:
    own = f"readme-{os.getpid()}"
    s2i = subprocess.run([ROOT / "make" / "s2i"], capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    path = f"{Path(s2i).parent}:{os.environ['PATH']}"
    try:
        done = subprocess.run(["bash", "-euxc", pasted(builder, redis_image, own)], cwd=README.parent, capture_output=True,
                              text=True, check=False, env={**os.environ, "PATH": path})
    finally:
        clean_up(own)
    assert done.returncode == 0, done.stderr
    starts = [found.start() for found in re.finditer(re.escape('{"data"'), done.stdout)]  # curl ends no line
    answers = [json.JSONDecoder().raw_decode(done.stdout, start)[0] for start in starts]
    assert [answer["meta"]["tags"]["mean_rewards"] for answer in answers] == [[0.0, 1.0], [0.0, 1.0], [0.5, 1.0]]


def clean_up(own: str) -> None:
    """Whatever the lines have left behind."""
    for name in (f"{own}-router", f"{own}-router-2", f"{own}-redis"):
        subprocess.run(["docker", "rm", "--force", "--volumes", name], capture_output=True, check=False)
    subprocess.run(["docker", "network", "rm", own], capture_output=True, check=False)
    subprocess.run(["docker", "rmi", "--force", f"{own}-router:1", f"{own}-router:2"], capture_output=True, check=False)
