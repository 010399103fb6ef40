"""State that survives, in containers of the real image."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from images import APPS, EXAMPLES, ROOT, Builder
from waiting import eventually

sys.path[:0] = [str(ROOT / "test" / "chaos"), str(ROOT / "test" / "persistence")]

from campaign import Campaign, roll_over  # noqa: E402
from containers import ContainerReplica  # noqa: E402
from redis_server import RedisServer, free_port  # noqa: E402

pytestmark = pytest.mark.docker
PAGE = ROOT / "docs" / "persistence.md"
README = EXAMPLES / "router-template" / "README.md"
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_nothing_acknowledged_is_lost_when_the_container_is_killed(builder: Builder, tmp_path: Path) -> None:
    campaign = Campaign(tmp_path, seed=1, image=builder.build(APPS / "counting"))
    try:
        campaign.run_one("the container")
    finally:
        campaign.end()


def test_rolling_updates_lose_nothing(builder: Builder, tmp_path: Path) -> None:
    assert roll_over(tmp_path, builder.build(APPS / "counting"), updates=2) > 0


def test_the_commands_lines_can_be_pasted(builder: Builder, engine: docker.DockerClient, tmp_path: Path) -> None:
    image, redis = builder.build(APPS / "counting"), RedisServer(tmp_path / "redis").wait_until_ready()
    where = {"REDIS_SERVICE_HOST": "127.0.0.1", "REDIS_SERVICE_PORT": redis.port}
    one = ContainerReplica(tmp_path / "replica", image, engine, **where).ready()
    try:
        for _ in range(7):
            one.count()
            one.saved()
        text = BLOCK.findall(PAGE.read_text().partition("## The command")[2])[0]
        text = text.replace("-e REDIS_SERVICE_HOST=redis --network shop my-router",
                            f"-e REDIS_SERVICE_HOST=127.0.0.1 -e REDIS_SERVICE_PORT={redis.port} --network host {image}")
        # where no cluster is: the same words, in the same container
        text = text.replace("kubectl exec deploy/my-router --", f"docker exec {one.id}").replace(
            "kubectl exec -i deploy/my-router --", f"docker exec -i {one.id}")
        done = subprocess.run(["bash", "-euxc", text], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        before, found, after = done.stdout.partition("generation: 7\n")
        assert [line.split("\t")[0] for line in before.splitlines() if "\t" in line] == ["7", "6", "5"] * 2
        assert found and after.endswith("generation 8 is generation 6 again\ngeneration 9 is the imported one\n")
        eventually(lambda: one.counts()[0] == 6, "the container had taken over what was imported")
    finally:
        one.kill()
        redis.kill()


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
    if builder.python != builder.server_python:
        pytest.skip("the README names the builder for Python 3")
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
