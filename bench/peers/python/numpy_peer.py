"""NumPy on its OpenBLAS: f32, buffers made before, every operation in place."""

import digits
import numpy as np
from serve import serve

EXAMPLES = 4096
LEARNING_RATE = 0.01


class Step:
    """Whole steps of a tanh network under softmax and cross-entropy, by `bp` or `dfa`."""

    def __init__(self, widths, rule, batch):
        random = np.random.default_rng(1)
        uniform = lambda *shape: random.uniform(-1, 1, shape).astype(np.float32)
        rows = lambda: [np.empty((batch, width), np.float32) for width in widths[1:]]
        self.rule, self.batch, self.turn = rule, batch, 0
        self.weights = [uniform(i, o) / np.float32(i**0.5) for i, o in zip(widths, widths[1:])]
        self.biases = [np.zeros(width, np.float32) for width in widths[1:]]
        self.gradients = [np.empty_like(weight) for weight in self.weights]
        self.direct = [uniform(widths[-1], width) * np.float32(0.1) for width in widths[1:-1]]
        self.outputs, self.deltas, self.scratch = rows(), rows(), rows()
        count = max(1, EXAMPLES // batch)
        self.inputs = uniform(count, batch, widths[0])
        labels = random.integers(0, widths[-1], (count, batch))
        self.targets = np.eye(widths[-1], dtype=np.float32)[labels]

    def __call__(self):
        self.turn = (self.turn + 1) % len(self.inputs)
        x = self.inputs[self.turn]
        self.forward(x)
        top = len(self.weights) - 1
        if self.rule == "dfa":
            for block in range(top):
                np.matmul(self.deltas[top], self.direct[block], out=self.deltas[block])
                self.gate(block)
        for block in range(top, -1, -1):
            if block > 0 and self.rule == "bp":
                below = self.deltas[block - 1]
                np.matmul(self.deltas[block], self.weights[block].T, out=below)
                self.gate(block - 1)
            self.update(block, x if block == 0 else self.outputs[block - 1])
        return 1

    def forward(self, h):
        top = len(self.weights) - 1
        for block, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            out = self.outputs[block]
            np.matmul(h, weight, out=out)
            out += bias
            if block < top:
                np.tanh(out, out=out)
            h = out
        # The rate and the mean are folded into the signal: one pass less over every gradient.
        delta = self.deltas[top]
        np.subtract(h, h.max(axis=1, keepdims=True), out=delta)
        np.exp(delta, out=delta)
        delta /= delta.sum(axis=1, keepdims=True)
        delta -= self.targets[self.turn]
        delta *= np.float32(LEARNING_RATE / self.batch)

    def gate(self, block):
        """delta ⊙ (1 − h²)"""
        scratch = self.scratch[block]
        np.multiply(self.outputs[block], self.outputs[block], out=scratch)
        np.subtract(1, scratch, out=scratch)
        self.deltas[block] *= scratch

    def update(self, block, h):
        np.matmul(h.T, self.deltas[block], out=self.gradients[block])
        self.weights[block] -= self.gradients[block]
        self.biases[block] -= self.deltas[block].sum(axis=0)


class Online:
    """bp, one example after the other; `skipping` visits the rows of W whose pixel is not zero."""

    def __init__(self, case):
        random = np.random.default_rng(1)
        uniform = lambda *shape: random.uniform(-1, 1, shape).astype(np.float32)
        pairs = list(zip(case["widths"], case["widths"][1:]))
        self.weights = [uniform(i, o) / np.float32(i**0.5) for i, o in pairs]
        self.biases = [np.zeros(o, np.float32) for _, o in pairs]
        self.gradients = [np.empty_like(weight) for weight in self.weights]
        self.pixels, self.targets = digits.read(case)
        self.places, self.values = digits.lit(self.pixels)
        self.skipping, self.turn = case.get("form") == "skipping zeros", 0

    def __call__(self):
        self.turn = (self.turn + 1) % len(self.pixels)
        (first, top), rate = self.weights, np.float32(LEARNING_RATE)
        if self.skipping:
            place, x = self.places[self.turn], self.values[self.turn]
            rows = first[place]
        else:
            x, rows = self.pixels[self.turn], first
        h = np.tanh(x @ rows + self.biases[0])
        y = h @ top + self.biases[1]
        y = np.exp(y - y.max())
        delta = (y / y.sum() - self.targets[self.turn]) * rate
        below = (top @ delta) * (1 - h * h)
        self.update(1, h, delta)
        if self.skipping:
            first[place] = rows - np.outer(x, below)
            self.biases[0] -= below
        else:
            self.update(0, x, below)
        return 1

    def update(self, block, x, delta):
        np.multiply(x[:, None], delta, out=self.gradients[block])
        self.weights[block] -= self.gradients[block]
        self.biases[block] -= delta


class Product:
    """A product alone, four matrices in rotation."""

    def __init__(self, job, m, n, k):
        random = np.random.default_rng(1)
        uniform = lambda *shape: random.uniform(-1, 1, shape).astype(np.float32)
        self.matrices = [uniform(k, n) for _ in range(4)]
        self.x, self.y = uniform(m, k), uniform(m, n)
        self.out = np.empty({"forward": (m, n), "project": (m, k), "update": (k, n)}[job], np.float32)
        self.job = job

    def __call__(self):
        for matrix in self.matrices:
            if self.job == "forward":
                np.matmul(self.x, matrix, out=self.out)
            elif self.job == "project":
                np.matmul(self.y, matrix.T, out=self.out)
            else:
                np.matmul(self.x.T, self.y, out=self.out)
                np.subtract(matrix, self.out, out=matrix)
        return len(self.matrices)


def prepare(case):
    if case["precision"] != "f32":
        raise ValueError("NumPy has no bf16")
    if case["bench"] == "gemm":
        return Product(case["job"], case["m"], case["n"], case["k"])
    if case["bench"] == "online":
        return Online(case)
    return Step(case["widths"], case["rule"], case["batch"])


serve("numpy", np.__version__, prepare)
