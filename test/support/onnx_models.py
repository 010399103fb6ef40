"""Real models as ONNX files: trained on scikit-learn's digits and wine, with what numpy makes of the same weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

OPSET, IR_VERSION = 10, 5  # the newest that nGraph knows
FLOAT = TensorProto.FLOAT
value_info = helper.make_tensor_value_info


class Made(NamedTuple):
    """A model's file, some rows (float64, as JSON brings them), and what its first output has to be for them."""

    path: Path
    rows: np.ndarray
    expected: np.ndarray


def digits_dense(folder: Path) -> Made:
    """64 pixels -> Gemm, Relu, Gemm, Softmax -> 10 probabilities."""
    pixels, labels = load_digits(return_X_y=True)
    trained = _quietly(MLPClassifier((32,), max_iter=30, random_state=0).fit, pixels, labels)
    (w0, w1), (b0, b1) = _float32(trained.coefs_), _float32(trained.intercepts_)
    nodes = [
        helper.make_node("Gemm", ["pixels", "w0", "b0"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "w1", "b1"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probability"], axis=1),
    ]
    path = write(folder / "digits.onnx", nodes, {"pixels": ["N", 64]}, {"probability": ["N", 10]},
                 w0=w0, b0=b0, w1=w1, b1=b1)
    return Made(path, pixels[:100], softmax(np.maximum(pixels[:100] @ w0 + b0, 0) @ w1 + b1))


def digits_convolutional(folder: Path) -> Made:
    """An image -> Conv with learned 3x3 filters, Relu, MaxPool, Flatten, Gemm, Softmax -> 10 probabilities."""
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 1, 8, 8) / 16
    patches = np.lib.stride_tricks.sliding_window_view(images[:300, 0], (3, 3), (1, 2)).reshape(-1, 9)
    centred = patches - patches.mean(1, keepdims=True)
    clusters = _quietly(KMeans(6, n_init=1, random_state=0).fit, centred)
    (filters,) = _float32([clusters.cluster_centers_.reshape(6, 1, 3, 3)])
    trained = _quietly(LogisticRegression(max_iter=50).fit, _features(images, filters), labels)
    weights, bias = _float32([trained.coef_.T, trained.intercept_])
    nodes = [
        helper.make_node("Conv", ["image", "filters"], ["maps"], kernel_shape=[3, 3]),
        helper.make_node("Relu", ["maps"], ["edges"]),
        helper.make_node("MaxPool", ["edges"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
        helper.make_node("Gemm", ["features", "weights", "bias"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probability"], axis=1),
    ]
    path = write(folder / "images.onnx", nodes, {"image": ["N", 1, 8, 8]}, {"probability": ["N", 10]},
                 filters=filters, weights=weights, bias=bias)
    return Made(path, images[:100], softmax(_features(images[:100], filters) @ weights + bias))


def wine_two_inputs(folder: Path) -> Made:
    """Two inputs of 6 and 7 columns -> Concat, Sub, Mul, Gemm, Tanh, Gemm, Softmax -> 3 probabilities."""
    samples, labels = load_wine(return_X_y=True)
    mean, scale = samples.mean(0), 1 / samples.std(0)
    trained = _quietly(MLPClassifier((8,), "tanh", max_iter=100, random_state=0).fit, (samples - mean) * scale, labels)
    (w0, w1), (b0, b1) = _float32(trained.coefs_), _float32(trained.intercepts_)
    mean, scale = _float32([mean, scale])
    nodes = [
        helper.make_node("Concat", ["taste", "colour"], ["sample"], axis=1),
        helper.make_node("Sub", ["sample", "mean"], ["centred"]),
        helper.make_node("Mul", ["centred", "scale"], ["scaled"]),
        helper.make_node("Gemm", ["scaled", "w0", "b0"], ["hidden"]),
        helper.make_node("Tanh", ["hidden"], ["active"]),
        helper.make_node("Gemm", ["active", "w1", "b1"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probability"], axis=1),
    ]
    path = write(folder / "wine.onnx", nodes, {"taste": ["N", 6], "colour": ["N", 7]}, {"probability": ["N", 3]},
                 mean=mean, scale=scale, w0=w0, b0=b0, w1=w1, b1=b1)
    return Made(path, samples, softmax(np.tanh((samples - mean) * scale @ w0 + b0) @ w1 + b1))


def wine_trees(folder: Path) -> Made:
    """A forest as skl2onnx converts it: outputs `label` and `probabilities`; `expected` is the latter."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    samples, labels = load_wine(return_X_y=True)
    samples = samples.astype(np.float32).astype(float)
    trained = RandomForestClassifier(10, max_depth=4, random_state=0).fit(samples, labels)
    model = convert_sklearn(trained, initial_types=[("sample", FloatTensorType([None, 13]))], target_opset=15,
                            options={"zipmap": False})
    path = folder / "trees.onnx"
    path.write_bytes(model.SerializeToString())
    return Made(path, samples, trained.predict_proba(samples))


MODELS: dict[str, Callable[[Path], Made]] = {
    make.__name__: make for make in (digits_dense, digits_convolutional, wine_two_inputs, wine_trees)
}


def write(path: Path, nodes: Sequence[onnx.NodeProto], inputs: dict[str, Any], outputs: dict[str, Any],
          opset: int = OPSET, dtype: int = FLOAT, **constants: np.ndarray) -> Path:
    """Write a model. inputs, outputs: name -> shape. constants: arrays of the graph."""
    graph = helper.make_graph(
        nodes, "model",
        [value_info(name, dtype, shape) for name, shape in inputs.items()],
        [value_info(name, dtype, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=IR_VERSION)
    path.write_bytes(model.SerializeToString())
    return path


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(1, keepdims=True)
    return shares


def _features(images: np.ndarray, filters: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(images[:, 0], (3, 3), (1, 2))  # N, 6, 6, 3, 3
    maps = np.maximum(np.einsum("nyxij,fij->nfyx", windows, filters[:, 0]), 0)
    pooled: np.ndarray = maps.reshape(len(images), -1, 3, 2, 3, 2).max((3, 5))
    return pooled.reshape(len(images), -1)


def _float32(arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    return [np.asarray(array, np.float32) for array in arrays]


def _quietly(fit: Callable[..., Any], *data: np.ndarray) -> Any:
    """A fit that may stop before it has converged: the weights only have to be real.

    One thread: several wait for each other in a loop, and keep the processor from the tests that run meanwhile.
    """
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        return fit(*data)
