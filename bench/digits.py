"""The network of examples/onnx-digits, and its right results, which onnx's reference evaluator computes."""

from __future__ import annotations

from typing import cast

import numpy as np
from onnx.reference import ReferenceEvaluator
from sklearn.datasets import load_digits

from .environments import ROOT

DIGITS = ROOT / "examples" / "onnx-digits" / "digits.onnx"


def images(count: int) -> np.ndarray:
    """The first of scikit-learn's images: float64 (count, 64), 0 to 16."""
    pixels: np.ndarray = load_digits(return_X_y=True)[0]
    return pixels[:count]


def probabilities(pixels: np.ndarray) -> np.ndarray:
    """float32 (rows, 10)."""
    results = ReferenceEvaluator(str(DIGITS)).run(None, {"pixels": pixels.astype(np.float32)})
    return cast("list[np.ndarray]", results)[0]
