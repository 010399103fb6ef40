"""seldon_component.onnx.engine_ngraph: what it keeps, on the Python that has nGraph."""

import subprocess
from pathlib import Path

import seldon_component
from onnx import helper
from support.onnx_models import write

COMPILE = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from seldon_component.onnx import engine_ngraph
session = engine_ngraph.Session(sys.argv[2], 1)
for rows in (1, 2, 3, 4, 5, 6, 7, 8, 1, 9, 10):
    session.run([np.zeros((rows, 2), np.float32)])
print(sorted(shape[0] for shape, in session._compiled))
"""


def test_the_shapes_used_last_are_kept_and_no_more_than_eight(ngraph_python, tmp_path):
    node = helper.make_node("Softmax", ["x"], ["y"], axis=0)  # over all there is: each number of rows is a shape
    path = write(tmp_path / "m.onnx", [node], {"x": ["N", 2]}, {"y": ["N", 2]})
    runtime = Path(seldon_component.__file__).parents[1]
    run = subprocess.run([ngraph_python, "-c", COMPILE, runtime, path], check=True, capture_output=True, text=True)
    assert run.stdout == "[1, 4, 5, 6, 7, 8, 9, 10]\n"
