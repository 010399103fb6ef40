"""State that survives, in containers of the real image."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import docker
import pytest
from support.images import APPS, Builder
from support.server import ROOT
from support.waiting import eventually

sys.path[:0] = [str(ROOT / "test" / "chaos"), str(ROOT / "test" / "persistence")]

from chaos.campaign import Campaign  # noqa: E402
from chaos.rolling_update import roll_over  # noqa: E402
from support.containers import ContainerReplica  # noqa: E402
from support.redis_server import RedisServer  # noqa: E402

pytestmark = pytest.mark.docker
PAGE = ROOT / "docs" / "persistence.md"
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_nothing_acknowledged_is_lost_when_the_container_is_killed(builder: Builder, tmp_path: Path) -> None:
    campaign = Campaign(tmp_path, seed=1, image=builder.build(APPS / "counting"))
    try:
        campaign.run_one("the container")
    finally:
        campaign.end()


def test_rolling_updates_lose_nothing(builder: Builder, tmp_path: Path) -> None:
    assert roll_over(tmp_path, builder.build(APPS / "counting"), updates=2) > 0


def pasted(image: str, container: str, redis_port: int) -> str:
    """The page's lines for this image, container and Redis. There is no cluster: docker runs what kubectl would run."""
    text: str = BLOCK.findall(PAGE.read_text().partition("## The command")[2])[0]
    text = text.replace("-e REDIS_SERVICE_HOST=redis --network shop my-router",
                        f"-e REDIS_SERVICE_HOST=127.0.0.1 -e REDIS_SERVICE_PORT={redis_port} --network host {image}")
    return text.replace("kubectl exec deploy/my-router --", f"docker exec {container}").replace(
        "kubectl exec -i deploy/my-router --", f"docker exec -i {container}")


def test_the_commands_lines_can_be_pasted(builder: Builder, engine: docker.DockerClient, tmp_path: Path) -> None:
    image, redis = builder.build(APPS / "counting"), RedisServer(tmp_path / "redis").wait_until_ready()
    where = {"REDIS_SERVICE_HOST": "127.0.0.1", "REDIS_SERVICE_PORT": redis.port}
    one = ContainerReplica(tmp_path / "replica", image, engine, **where).ready()
    try:
        for _ in range(7):
            one.count()
            one.saved()
        text = pasted(image, one.id, redis.port)
        done = subprocess.run(["bash", "-euxc", text], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        before, found, after = done.stdout.partition("generation: 7\n")
        assert [line.split("\t")[0] for line in before.splitlines() if "\t" in line] == ["7", "6", "5"] * 2
        assert found and after.endswith("generation 8 is generation 6 again\ngeneration 9 is the imported one\n")
        eventually(lambda: one.counts()[0] == 6, "the container had taken over what was imported")
    finally:
        one.kill()
        redis.kill()
