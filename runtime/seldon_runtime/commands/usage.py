"""The command `s2i usage IMAGE`: prints the guide to this builder image."""

from __future__ import annotations

from ..config.environment import read_builder_name, read_guide_name
from ..config.trace_variables import TRACE_VARIABLES
from ..config.variables import VARIABLES

# `s2i usage` strips the indentation of every line: nothing here may depend on it
_CLASS = """\
{builder} turns a folder with a Python class into an image that serves its predictions.

1. Write the model in a folder of its own. For example:

   mkdir -p .s2i && echo MODEL_NAME=MyModel >.s2i/environment
   printf 'class MyModel:\\n    def predict(self, X, features_names):\\n        return X * 2\\n' >MyModel.py

   MyModel.py          the class, which has the file's name; X is a numpy array
   requirements.txt    optional: the packages of the class; or a lock such as uv.lock, setup.py, or pyproject.toml
   .s2i/environment    the variables below, one KEY=value on each line
   contract.json       optional: the form of requests and responses; the build sends one request and checks the response

   An ONNX file needs no class: a folder with digits.onnx, and onnxruntime in requirements.txt, is a model.
   So is a folder with a model file of scikit-learn, XGBoost, LightGBM, CatBoost, MLflow, Keras or TorchScript.
"""
_ONNX = """\
{builder} turns a folder with an ONNX file into an image that serves it with Intel nGraph.

1. Put the file into a folder of its own. Its opset is 10 or older. For example, this file doubles two numbers:

   {small_model}

   If the folder has several ONNX files, MODEL_NAME chooses one. If you need more than the file, write a class:
   MyModel.py with predict(self, X, features_names), which may import ngraph_onnx, and MODEL_NAME=MyModel.

   requirements.txt    optional: the packages of the class, on Python 3.6
   .s2i/environment    the variables below, one KEY=value on each line
"""
_SMALL_MODEL = (
    "docker run --rm {builder} python -c 'import sys; from onnx.helper import *; "
    'x, y = [make_tensor_value_info(name, 1, ["N", 2]) for name in ("x", "doubled")]; '
    'graph = make_graph([make_node("Add", ["x", "x"], ["doubled"])], "double", [x], [y]); '
    'model = make_model(graph, opset_imports=[make_opsetid("", 10)]); '
    "sys.stdout.buffer.write(model.SerializeToString())' >double.onnx"
)
_BUILD_AND_RUN = """
2. Build the image:

   s2i build . {builder} my-model
   s2i build https://example.com/models.git {builder} my-model --context-dir=my-model
   s2i build -e MODEL_NAME=Other . {builder} my-model

   s2i build -i <folder of wheels>:/whl . {builder} my-model
   s2i build -i <folder with pip.conf or .netrc>:/run/secrets . {builder} my-model
   s2i build --incremental . {builder} my-model

   The build uses the wheels before the index. The files at /run/secrets do not stay in the image.
   With --incremental, the build keeps the packages of the last build that the requirements still name.
   In a git checkout, s2i takes the committed files; add --copy for the files as they are.
   Without s2i, a Dockerfile does the same:

   FROM {builder}
   COPY --chown=1001:0 . /tmp/src
   RUN /s2i/bin/assemble

3. Run it, and send it a request:

   docker run --rm -p 5000:5000 my-model
   curl -d 'json={{"data":{{"ndarray":[[1.0,2.0]]}}}}' http://127.0.0.1:5000/predict
   curl -d '{{"data":{{"ndarray":[[1.0,2.0]]}}}}' http://127.0.0.1:5000/api/v1.0/predictions

   docker run --rm my-model manifest --image <registry>/my-model:1.0   print objects for Kubernetes (--help: all)
   docker run --rm my-model describe          print what the image holds (--json: with a CycloneDX bill of materials)

   docker run --rm -p 5000:5000 -v "$PWD:/graph" my-model graph /graph/graph.yaml   serve an inference graph (--help)

   GET / is a page with a request that fits the model. GET /health/ping responds while the server lives.
   GET /ready responds with 200 once the model is loaded.

Variables, in .s2i/environment, with s2i build -e, or with docker run -e (the last of these wins):

{variables}

Traces: TRACING=1 turns them on. OpenTelemetry's variables set the rest:

{trace_variables}
"""
_BEGINNINGS = {"class": _CLASS, "onnx": _ONNX}
_WIDTH = max(len(variable.name) for variable in VARIABLES) + 1  # of the first column


def guide() -> str:
    """The whole text. Every command in it has the name of this image."""
    rows = [
        f"   {variable.name:<{_WIDTH}}{variable.meaning}\n   {'':<{_WIDTH}}{variable.allowed}; default: "
        f"{'required' if variable.required else variable.default or 'none'}"
        for variable in VARIABLES
    ]
    builder = read_builder_name()
    text = _BEGINNINGS[read_guide_name()] + _BUILD_AND_RUN
    small_model = _SMALL_MODEL.format(builder=builder)
    names = "\n".join(f"   {variable.name}" for variable in TRACE_VARIABLES)
    return text.format(builder=builder, small_model=small_model, variables="\n".join(rows), trace_variables=names)


if __name__ == "__main__":
    print(guide(), end="")
