"""PyTorch, one example after the other: by autograd, in place, and in place past zero pixels."""

import digits
import torch
import torch.nn.functional as F
from torch import nn

LEARNING_RATE = 0.01


class Autograd:
    """bp by autograd and SGD over lists of tensors."""

    def __init__(self, case):
        inputs, hidden, classes = case["widths"]
        self.model = nn.Sequential(
            nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, classes)
        )
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=LEARNING_RATE, foreach=True
        )
        pixels, targets = map(torch.from_numpy, digits.read(case))
        self.pixels, self.labels, self.turn = pixels.split(1), targets.argmax(1).split(1), 0

    def __call__(self):
        self.turn = (self.turn + 1) % len(self.pixels)
        loss = F.cross_entropy(self.model(self.pixels[self.turn]), self.labels[self.turn])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return 1


class InPlace:
    """bp written out: the update is a rank-1 product straight into W."""

    def __init__(self, case):
        pairs = list(zip(case["widths"], case["widths"][1:]))
        self.weights = [(torch.rand(i, o) * 2 - 1) / i**0.5 for i, o in pairs]
        self.biases = [torch.zeros(o) for _, o in pairs]
        pixels, targets = digits.read(case)
        self.pixels = torch.from_numpy(pixels).unbind()
        self.targets = torch.from_numpy(targets).unbind()
        self.turn = 0

    @torch.inference_mode()
    def __call__(self):
        self.turn = (self.turn + 1) % len(self.pixels)
        h = self.first().add_(self.biases[0]).tanh_()
        y = torch.addmv(self.biases[1], self.weights[1].t(), h)
        delta = torch.softmax(y, 0).sub_(self.targets[self.turn])
        below = torch.mv(self.weights[1], delta).mul_(1 - h * h)
        self.weights[1].addr_(h, delta, alpha=-LEARNING_RATE)
        self.biases[1].sub_(delta, alpha=LEARNING_RATE)
        self.update_first(below)
        self.biases[0].sub_(below, alpha=LEARNING_RATE)
        return 1

    def first(self):
        return torch.mv(self.weights[0].t(), self.pixels[self.turn])

    def update_first(self, delta):
        self.weights[0].addr_(self.pixels[self.turn], delta, alpha=-LEARNING_RATE)


class SkippingZeros(InPlace):
    """The rows of W whose pixel is zero are not visited."""

    def __init__(self, case):
        super().__init__(case)
        places, values = digits.lit(digits.read(case)[0])
        self.places = [torch.from_numpy(place) for place in places]
        self.values = [torch.from_numpy(value) for value in values]
        self.start = torch.zeros(1, dtype=torch.long)

    def first(self):
        place, value = self.places[self.turn], self.values[self.turn]
        bag = F.embedding_bag(
            place, self.weights[0], self.start, mode="sum", per_sample_weights=value
        )
        return bag[0]

    def update_first(self, delta):
        outer = torch.outer(self.values[self.turn], delta)
        self.weights[0].index_add_(0, self.places[self.turn], outer, alpha=-LEARNING_RATE)


FORMS = {"in place": InPlace, "skipping zeros": SkippingZeros}


def prepare(case):
    return FORMS.get(case.get("form"), Autograd)(case)
