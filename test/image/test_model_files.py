"""Model files without code: one image, built by s2i, that serves each light kind of file, and is asked over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from support.images import Builder, Container

pytestmark = pytest.mark.docker
BUILDERS = ("python3",)
APPS = ROOT / "test" / "apps" / "model-files"
IRISES = ("xgboost-ubj", "lightgbm")
ROWS = [[5.1, 3.5, 1.4, 0.2], [6.0, 2.7, 4.2, 1.3], [6.5, 3.0, 5.5, 2.1]]
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
        container = start(image, read_only=True, tmpfs={"/tmp": ""}, environment={"MODEL_NAME": name} if name else {})
        answer = container.wait_until_ready().predict({"data": {"ndarray": ROWS}}).json()
        assert np.array(answer["data"]["ndarray"]).argmax(1).tolist() == [0, 1, 2], name
    flats = start(image, environment={"MODEL_NAME": "mlflow/MLmodel"}).wait_until_ready()
    answer = flats.predict({"jsonData": {"city": ["Köln"], "rooms": [3], "area": [60.0]}}).json()
    assert answer["data"]["tensor"]["values"] == pytest.approx([300 + 9 * 60 + 50])
