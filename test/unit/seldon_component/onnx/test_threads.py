"""seldon_component.onnx: each engine starts the threads that it may use, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest
import seldon_component
from support.onnx_models import MODELS

COUNT = """
import os, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from seldon_component.onnx import engines
_, session = engines.load(sys.argv[2], "images.onnx", sys.argv[3], int(sys.argv[4]))
session.run([np.zeros((64, 1, 8, 8), np.float32)])
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.parametrize("engine", ["ngraph", "onnxruntime", "openvino"])
def test_an_engine_that_may_use_more_threads_has_more(engine, tmp_path, request):
    path = MODELS["digits_convolutional"](tmp_path).path
    python = request.getfixturevalue("ngraph_python") if engine == "ngraph" else sys.executable
    runtime = Path(seldon_component.__file__).parents[1]
    command = [python, "-c", COUNT, runtime, path, engine]
    one, two = (int(subprocess.check_output([*command, threads], stderr=subprocess.PIPE)) for threads in ("1", "2"))
    assert one < two
