"""One container of the README's model answers the clients of every protocol, on each Python."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import requests
import tritonclient.http
from support.images import Builder, Container
from support.server import ROOT

pytestmark = pytest.mark.docker
ROWS, ANSWER = [[5.1, 3.5], [1.0, 2.0]], [[0.2, 0.8], [0.2, 0.8]]
_LIMIT = 60  # seconds; only a failing test waits for so long


@pytest.fixture
def container(builder: Builder, tag: str, start: Callable[..., Container], tmp_path: Path) -> Container:
    """The model as the README has it, and no setting but its name."""
    (model,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / ".s2i").mkdir()
    (tmp_path / ".s2i" / "environment").write_text("MODEL_NAME=MyModel\n")
    (tmp_path / "MyModel.py").write_text(model)
    build = builder.try_build(tmp_path, tag, "--copy")
    assert build.exit_code == 0, build.output
    started = start(tag)
    started.wait_until_ready()
    return started


def test_one_container_answers_the_clients_of_every_protocol(container: Container) -> None:
    check_tritonclient(container.url)
    check_v2(container.url)
    check_kserve(container.url)
    check_seldon(container.url)


def check_tritonclient(url: str) -> None:
    client = tritonclient.http.InferenceServerClient(url.removeprefix("http://"))
    array = np.array(ROWS, np.float32)
    for is_binary in (True, False):
        sent = tritonclient.http.InferInput("x", list(array.shape), "FP32")
        sent.set_data_from_numpy(array, binary_data=is_binary)
        assert client.infer("MyModel", [sent]).as_numpy("output-0").tolist() == ANSWER
    client.close()


def check_v2(url: str) -> None:
    """As curl sends it: with the Content-Type of a form."""
    tensor = {"name": "x", "datatype": "FP32", "shape": [2, 2], "data": ROWS}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = json.dumps({"id": "a", "inputs": [tensor]})
    found = requests.post(f"{url}/v2/models/MyModel/infer", body, headers=form, timeout=_LIMIT).json()
    (output,) = found["outputs"]
    assert (found["model_name"], found["id"]) == ("MyModel", "a")
    assert (output["name"], output["datatype"], output["shape"]) == ("output-0", "FP64", [2, 2])
    assert output["data"] == sum(ANSWER, [])


def check_kserve(url: str) -> None:
    """The requests of KServe's own client, for V1 and V2."""
    for path, facts in (("/", {"status": "alive"}), ("/v1/models/MyModel", {"name": "MyModel", "ready": True}),
                        ("/v2/health/live", {"live": True}), ("/v2/models/MyModel/ready", {"name": "MyModel", "ready": True})):  # fmt: skip
        assert requests.get(url + path, timeout=_LIMIT).json() == facts
    found = requests.post(f"{url}/v1/models/MyModel:predict", json={"instances": ROWS}, timeout=_LIMIT)
    assert found.json() == {"predictions": ANSWER}
    tensor = {"name": "x", "datatype": "FP64", "shape": [2, 2], "data": sum(ROWS, []), "parameters": {}}
    message = {"id": "7", "model_name": "MyModel", "inputs": [tensor], "outputs": None}
    answer = requests.post(f"{url}/v2/models/MyModel/infer", json=message, timeout=_LIMIT).json()
    assert (answer["id"], answer["outputs"][0]["data"]) == ("7", sum(ANSWER, []))


def check_seldon(url: str) -> None:
    message = json.dumps({"data": {"ndarray": ROWS}})
    data = requests.post(f"{url}/predict", {"json": message}, timeout=_LIMIT).json()["data"]
    assert (data["names"], data["ndarray"]) == (["cheap", "dear"], ANSWER)
