"""The CI files in examples/ci build a model again without a commit: the base images and the builder get patches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

CI = Path(__file__).resolve().parents[2] / "examples" / "ci"


def read(name: str) -> list[Any]:
    return list(yaml.safe_load_all((CI / name).read_text(encoding="utf-8")))


def test_github_builds_once_a_month() -> None:
    (workflow,) = read("github-actions.yml")
    (schedule,) = workflow[True]["schedule"]  # YAML 1.1 reads the key `on` as true
    minute, hour, day, *months_and_weekdays = schedule["cron"].split()
    assert minute.isdigit() and hour.isdigit() and day.isdigit()
    assert months_and_weekdays == ["*", "*"]


def test_gitlab_builds_when_a_schedule_asks_for_it() -> None:
    (pipeline,) = read("gitlab-ci.yml")
    assert {"if": '$CI_PIPELINE_SOURCE == "schedule"'} in pipeline["model"]["rules"]


def test_openshift_looks_for_a_new_builder_and_builds_with_it() -> None:
    builder, model, config = read("openshift-buildconfig.yaml")
    (tag,) = builder["spec"]["tags"]
    source, output = config["spec"]["strategy"]["sourceStrategy"]["from"], config["spec"]["output"]["to"]
    assert tag["importPolicy"] == {"scheduled": True}
    assert source == {"kind": "ImageStreamTag", "name": f"{builder['metadata']['name']}:{tag['name']}"}
    assert output == {"kind": "ImageStreamTag", "name": f"{model['metadata']['name']}:latest"}
    assert {"type": "ImageChange"} in config["spec"]["triggers"]
