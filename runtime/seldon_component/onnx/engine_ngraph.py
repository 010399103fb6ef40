"""Intel nGraph on Python 3.6. It compiles a model for the exact shapes of its inputs."""

import collections
import os

import numpy as np

from . import batches
from .ngraph_source import NgraphSource

PACKAGE = "ngraph_onnx"
TITLE = "nGraph"
ADVICE = ("Export the model again, with opset 10 and operators that nGraph knows, or serve it with ONNX Runtime: the "
          "builder seldon-core-s2i-python3, and onnxruntime in requirements.txt")
_MOST_COMPILED = 8  # shapes that are kept: each has a copy of the model's weights


class Session(object):
    """One loaded model. inputs, outputs: lists of Tensor. version: the engine's."""

    def __init__(self, path, threads):
        os.putenv("OMP_NUM_THREADS", str(threads))  # read when the library is loaded
        # a thread that spins between two requests takes the server's share of a limited CPU
        os.putenv("KMP_BLOCKTIME", "0")
        import ngraph
        import pkg_resources

        self._runtime = ngraph.runtime("CPU")
        self._source = NgraphSource(path, self._runtime)
        self._compiled = collections.OrderedDict()  # shapes of the inputs -> computation; the last one used comes last
        self.version = pkg_resources.get_distribution("ngraph-core").version
        self.inputs, self.outputs = self._source.inputs, self._source.outputs
        self._source.check_supported(ADVICE)
        self._by_rows = batches.declared(self.inputs, self.outputs) and self._rows_are_independent()

    def run(self, arrays):
        """List of the outputs for a list of ndarray, one an input."""
        return batches.run(self._compute, arrays) if self._by_rows else self._compute(arrays)

    def _compute(self, arrays):
        shapes = tuple(array.shape for array in arrays)
        if shapes in self._compiled:
            self._compiled.move_to_end(shapes)
        else:
            self._compiled[shapes] = self._source.compile(shapes)
            if len(self._compiled) > _MOST_COMPILED:
                self._compiled.popitem(last=False)
        return self._compiled[shapes](*arrays)

    def _rows_are_independent(self):
        """By a trial. A batch may be padded and split only if no row changes the output for another."""
        shapes = self._source.smallest_shapes()
        random = np.random.RandomState(0)
        rows = [random.randint(0, 2, (batches.SIZES[1],) + shape[1:]).astype(tensor.dtype)
                for tensor, shape in zip(self.inputs, shapes)]
        together = self._compute(rows)
        singly = zip(*[self._compute([array[i:i + 1] for array in rows]) for i in range(batches.SIZES[1])])
        return all(np.allclose(batch, np.concatenate(rows), rtol=1e-3, atol=1e-5, equal_nan=True)
                   for batch, rows in zip(together, singly))
