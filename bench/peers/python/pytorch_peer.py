"""PyTorch in two forms: its own autograd and optimizer, and steps written out in place."""

import pytorch_online
import torch
import torch.nn.functional as F
from serve import serve
from torch import nn

EXAMPLES = 4096
LEARNING_RATE = 0.01


def batches(widths, batch):
    count = max(1, EXAMPLES // batch)
    inputs = [torch.rand(batch, widths[0]) * 2 - 1 for _ in range(count)]
    labels = [torch.randint(0, widths[-1], (batch,)) for _ in range(count)]
    return inputs, labels


class Autograd:
    """bp by autograd and SGD over lists of tensors; bf16 by autocast."""

    def __init__(self, widths, batch, bf16):
        layers = []
        for width, above in zip(widths, widths[1:]):
            layers += [nn.Linear(width, above), nn.Tanh()]
        self.model = nn.Sequential(*layers[:-1])
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=LEARNING_RATE, foreach=True
        )
        self.inputs, self.labels = batches(widths, batch)
        self.bf16, self.turn = bf16, 0

    def __call__(self):
        self.turn = (self.turn + 1) % len(self.inputs)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            loss = F.cross_entropy(self.model(self.inputs[self.turn]), self.labels[self.turn])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return 1


class InPlace:
    """bp written out, f32: no graph, no gradient buffer, the update a product with beta = 1."""

    def __init__(self, widths, batch):
        self.batch, self.turn = batch, 0
        pairs = list(zip(widths, widths[1:]))
        self.weights = [(torch.rand(i, o) * 2 - 1) / i**0.5 for i, o in pairs]
        self.biases = [torch.zeros(width) for width in widths[1:]]
        rows = lambda: [torch.empty(batch, width) for width in widths[1:]]
        self.outputs, self.deltas, self.scratch = rows(), rows(), rows()
        self.inputs, labels = batches(widths, batch)
        self.targets = [F.one_hot(label, widths[-1]).float() for label in labels]

    @torch.inference_mode()
    def __call__(self):
        self.turn = (self.turn + 1) % len(self.inputs)
        h = x = self.inputs[self.turn]
        top = len(self.weights) - 1
        for block, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            h = torch.addmm(bias, h, weight, out=self.outputs[block])
            if block < top:
                h.tanh_()
        delta = torch.softmax(h, 1).sub_(self.targets[self.turn])
        rate = LEARNING_RATE / self.batch
        for block in range(top, -1, -1):
            below = None
            if block > 0:
                below = torch.mm(delta, self.weights[block].t(), out=self.deltas[block - 1])
                output = self.outputs[block - 1]
                squares = torch.mul(output, output, out=self.scratch[block - 1])
                below.addcmul_(below, squares, value=-1)
            h = x if block == 0 else self.outputs[block - 1]
            self.weights[block].addmm_(h.t(), delta, alpha=-rate)
            self.biases[block].sub_(delta.sum(0), alpha=rate)
            delta = below
        return 1


class Product:
    """A product alone, four matrices in rotation."""

    def __init__(self, job, m, n, k, dtype):
        uniform = lambda *shape: (torch.rand(*shape) * 2 - 1).to(dtype)
        self.matrices = [uniform(k, n) for _ in range(4)]
        self.x, self.y = uniform(m, k), uniform(m, n)
        shape = (m, n) if job == "forward" else (m, k)
        self.out, self.job = torch.empty(shape, dtype=dtype), job

    @torch.inference_mode()
    def __call__(self):
        for matrix in self.matrices:
            if self.job == "forward":
                torch.mm(self.x, matrix, out=self.out)
            elif self.job == "project":
                torch.mm(self.y, matrix.t(), out=self.out)
            else:
                matrix.addmm_(self.x.t(), self.y, alpha=-1e-6)
        return len(self.matrices)


def prepare(case):
    torch.manual_seed(1)
    bf16 = case["precision"] == "bf16"
    if case["bench"] == "gemm":
        dtype = torch.bfloat16 if bf16 else torch.float32
        return Product(case["job"], case["m"], case["n"], case["k"], dtype)
    if case["bench"] == "online":
        return pytorch_online.prepare(case)
    if case["rule"] != "bp":
        raise ValueError(f"no {case['rule']} in PyTorch here")
    if case.get("form") != "in place":
        return Autograd(case["widths"], case["batch"], bf16)
    if bf16:
        raise ValueError("steps in place are f32")
    return InPlace(case["widths"], case["batch"])


serve("pytorch", torch.__version__, prepare)
