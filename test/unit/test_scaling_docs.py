"""The section Scaling of docs/kubernetes.md: its arithmetic, its table of waits, its options and its simulation."""

import dataclasses
import math
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from bench.simulation.__main__ import report
from bench.simulation.options import Options, read_options

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")
SECTION = re.split(r"^## ", PAGE.partition("\n## Scaling\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
RATE, CALL, WORKERS, REPLICAS = 300, 0.02, 3, 4  # of the example


def erlang_c(workers, load):
    """The chance that a request waits, with Poisson arrivals and exponential calls."""
    all_busy = load**workers / math.factorial(workers) * workers / (workers - load)
    return all_busy / (sum(load**k / math.factorial(k) for k in range(workers)) + all_busy)


def test_the_example_is_calculated():
    busy = RATE * CALL
    processes = math.ceil(busy / 0.7)
    assert f"= 300 x 0.02 = {busy:g}\n" in SECTION
    assert f"= 6 / 0.7    = {busy / 0.7:.1f}, so {processes}\n" in SECTION
    assert f"= 9 / 3      = {processes // WORKERS} with MODEL_WORKERS=3, and one more for the case that one ends: {REPLICAS}\n" in SECTION
    assert (processes // WORKERS, processes % WORKERS, REPLICAS - 1) == (3, 0, 3)


def test_the_resources_are_those_of_the_example():
    fields = {field: example for field, example in re.findall(r"^\| `(\w+\.\w+)`(?:, at least)? \|.*\| (.*) \|$", SECTION, re.MULTILINE)}
    assert fields["limits.cpu"] == str(WORKERS + 1)
    assert f"| {RATE} / {REPLICAS} x 0.021 = {RATE / REPLICAS * (CALL + 0.001):.1f} |" in SECTION
    assert fields["requests.memory"] == f"50 + {WORKERS} x 200 = {50 + WORKERS * 200} MiB"
    assert fields["limits.memory"] == f"{2 * (50 + WORKERS * 200)} MiB"


def test_the_table_of_waits_is_calculated():
    rows = re.findall(r"^\| (\d+) workers? \| (.*) \|$", SECTION, re.MULTILINE)
    shares = [int(text) / 100 for text in re.findall(r"(\d+) %", SECTION[SECTION.index("| processes are busy for |") :].split("\n")[0])]
    assert len(rows) == len(shares) == 4
    for workers, cells in rows:
        count = int(workers)
        waits = [erlang_c(count, count * share) / (count * (1 - share)) for share in shares]
        assert cells.split(" | ") == [f"{wait:.2f}" for wait in waits]


def test_the_autoscaler_settles_where_the_page_says():
    load = RATE * CALL / 3  # of each of three replicas
    waiting = erlang_c(WORKERS, load) * load / (WORKERS - load)
    assert f"each has {load:g} requests at work and {waiting:.2f} that wait" in " ".join(SECTION.split())
    assert f"That is {load + waiting:.2f}, which is less than the target of {WORKERS}." in SECTION
    assert RATE * CALL / (2 * WORKERS) == 1  # two replicas are busy all the time


def test_the_autoscaler_follows_the_recorded_sum():
    [spec] = [yaml.safe_load(block)["spec"] for block in re.findall(r"^```yaml\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)]
    [metric] = [one["pods"] for one in spec["metrics"]]
    rules = (ROOT / "examples" / "monitoring" / "rules.yml").read_text(encoding="utf-8")
    gauges = re.findall(r"`(seldon_api_model_requests_\w+)`", SECTION)
    assert f"record: {metric['metric']['name']}\n        expr: {' + '.join(gauges)}\n" in rules
    assert metric["target"] == {"type": "AverageValue", "averageValue": str(WORKERS)}


def default_of(value):
    return " ".join(f"{number:g}" for number in value) if isinstance(value, tuple) else f"{value:g}"


def test_the_table_of_variables_has_each_option_with_its_default():
    table = SECTION[SECTION.index("| variable | default |") :].partition("\n\n")[0]
    found: dict[str, str] = {}
    for names, defaults in re.findall(r"^\| (`.*?) \| (.*?) ?\| .* \|$", table, re.MULTILINE):
        found.update(zip(re.findall(r"`(\w+)`", names), defaults.split(", "), strict=True))
    assert found == {field.name.upper(): default_of(field.default) for field in dataclasses.fields(Options)}


def test_make_simulate_prints_what_the_page_shows():
    [(words, output)] = re.findall(r"^make simulate (RATE=[^\n]*)\n\n(.*?)```", SECTION, re.MULTILINE | re.DOTALL)
    assert report(read_options(shlex.split(words))) == output.rstrip("\n")


@pytest.mark.parametrize("variable", [field.name.upper() for field in dataclasses.fields(Options)])
def test_make_passes_each_option_on(variable):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert variable in makefile.partition("\nSIMULATED = ")[2].partition("\n\n")[0].replace("\\", "").split()


def test_make_takes_the_options_from_the_command_line_alone():
    command = ["make", "--dry-run", "--no-print-directory", "simulate", "RATE=5"]
    environment = {**os.environ, "SEED": "3", "CHECK": "1"}
    printed = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    assert printed.splitlines()[-1].split() == ["'RATE=5'"]
