"""Makes digits.onnx, a small network that reads digits: pip install onnx scikit-learn, then python make_model.py"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

images, digits = load_digits(return_X_y=True)  # 8x8 pixels, 0 to 16
trained = MLPClassifier((32,), max_iter=200, random_state=0).fit(images, digits)

graph = helper.make_graph(
    [
        helper.make_node("Gemm", ["pixels", "w0", "b0"], ["hidden"], "hidden"),
        helper.make_node("Relu", ["hidden"], ["active"], "relu"),
        helper.make_node("Gemm", ["active", "w1", "b1"], ["scores"], "scores"),
        helper.make_node("Softmax", ["scores"], ["probability"], "softmax", axis=1),
    ],
    "digits",
    [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", 64])],
    [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["N", 10])],
    [
        numpy_helper.from_array(array.astype(np.float32), name)
        for name, array in zip(["w0", "w1", "b0", "b1"], trained.coefs_ + trained.intercepts_)
    ],
)
# opset 10 and IR version 5 are the newest that nGraph knows
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 10)], ir_version=5)
with open("digits.onnx", "wb") as file:
    file.write(model.SerializeToString())
