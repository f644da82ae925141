"""onnxruntime: forward products by constant weights, which it packs once and for all."""

import os

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from serve import serve

MATRICES = 4


def model(m, n, k):
    """Four products of one input, so that no matrix is hot."""
    random = np.random.default_rng(1)
    names = [f"w{i}" for i in range(MATRICES)]
    weights = [random.uniform(-1, 1, (k, n)).astype(np.float32) for _ in names]
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", name], [f"y{name}"]) for name in names],
        "products",
        [value("x", [m, k])],
        [value(f"y{name}", [m, n]) for name in names],
        [numpy_helper.from_array(weight, name) for name, weight in zip(names, weights)],
    )
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=10).SerializeToString()


class Product:
    def __init__(self, m, n, k):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ["OMP_NUM_THREADS"])
        # Between calls its threads must leave the cores to whoever is measured next.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(
            model(m, n, k), options, providers=["CPUExecutionProvider"]
        )
        self.binding = self.session.io_binding()
        x = np.random.default_rng(2).uniform(-1, 1, (m, k)).astype(np.float32)
        self.binding.bind_ortvalue_input("x", onnxruntime.OrtValue.ortvalue_from_numpy(x))
        for output in self.session.get_outputs():
            empty = np.empty((m, n), np.float32)
            value = onnxruntime.OrtValue.ortvalue_from_numpy(empty)
            self.binding.bind_ortvalue_output(output.name, value)

    def __call__(self):
        self.session.run_with_iobinding(self.binding)
        return MATRICES


def prepare(case):
    if case["bench"] != "gemm" or case["job"] != "forward" or case["precision"] != "f32":
        raise ValueError("forward products in f32 only")
    return Product(case["m"], case["n"], case["k"])


serve("onnxruntime", onnxruntime.__version__, prepare)
