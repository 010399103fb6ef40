"""Model files without code: images that s2i has built serve each kind of file, and are asked over HTTP."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.images import Builder, Container
from support.server import ROOT

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)
APPS = ROOT / "test" / "apps" / "model-files"
IRISES = ("sklearn-pkl", "sklearn-skops", "xgboost-json", "xgboost-ubj", "lightgbm", "catboost", "keras")
OF_KERAS = {"KERAS_BACKEND": "jax"}
ROWS = [[5.1, 3.5, 1.4, 0.2], [6.0, 2.7, 4.2, 1.3], [6.5, 3.0, 5.5, 2.1]]
OF_DEBIAN = [] if "IMAGE_NAME" in os.environ else ["3.13"]
Start = Callable[..., Container]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one model, with the others below it: so one build has all libraries."""
    folder = tmp_path_factory.mktemp("models")
    shutil.copytree(APPS / "sklearn-joblib", folder, dirs_exist_ok=True)
    for name in (*IRISES, "mlflow"):
        shutil.copytree(APPS / name, folder / name)
    lines = {line for path in folder.glob("*/requirements.txt") for line in path.read_text().splitlines()}
    (folder / "requirements.txt").write_text("\n".join(sorted(lines)))
    return folder


def test_a_folder_with_model_files_is_served_and_each_by_its_name(source: Path, builder: Builder, start: Start) -> None:
    image = builder.build(source)
    files = {"": "iris.joblib"} | {f"{app}/{path.name}": path.name for app in IRISES for path in (APPS / app).glob("iris.*")}
    for name in files:
        variables = OF_KERAS | ({"MODEL_NAME": name} if name else {})
        container = start(image, read_only=True, tmpfs={"/tmp": ""}, environment=variables)
        answer = container.wait_until_ready().predict({"data": {"ndarray": ROWS}}).json()
        assert np.array(answer["data"]["ndarray"]).argmax(1).tolist() == [0, 1, 2], name
    flats = start(image, environment={"MODEL_NAME": "mlflow/MLmodel"}).wait_until_ready()
    answer = flats.predict({"jsonData": {"city": ["Köln"], "rooms": [3], "area": [60.0]}}).json()
    assert answer["data"]["tensor"]["values"] == pytest.approx([300 + 9 * 60 + 50])


@pytest.mark.parametrize("on_python", OF_DEBIAN, indirect=True)
def test_a_torchscript_file_is_served_with_debians_pytorch(tag: str, on_python: Builder, start: Start) -> None:
    """On the Python of the builders' own Debian release, which has PyTorch as a package."""
    build = on_python.try_build(APPS / "torchscript", tag, "--copy", "--assemble-user=0")
    assert build.exit_code == 0, build.output
    container = start(tag).wait_until_ready()
    answer = container.predict({"jsonData": {"row": [[1, 2], [3, 4.5]], "extra": [[10, 20], [30, 40]]}}).json()
    assert answer["jsonData"] == {"output_0": [[12, 24], [36, 49]], "output_1": [3, 7.5]}
