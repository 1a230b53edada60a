"""Graphs that several tests of `autograd.show` look at."""

import random

from autograd import Value
from autograd import sum as sum_of


def lecture():
    """Two sigmoid neurons in a chain, and a squared error."""
    x, w1, b1, w2, b2, y = (
        Value(data, label=label)
        for label, data in {"x": 0.05, "w1": 0.1, "b1": -0.1, "w2": 0.3, "b2": 0.3, "y": 0.01}.items()
    )
    a1 = (x * w1 + b1).sigmoid()
    prediction = (a1 * w2 + b2).sigmoid()
    prediction.label = "y_hat"
    loss = 0.5 * (y - prediction) ** 2
    loss.label = "L"
    return loss


def labelled_lecture():
    """The same with every step named, as {label: node}: x w1 b1 z1 a1 w2 b2 z2 a2 y L."""
    named = {
        label: Value(data, label=label)
        for label, data in {"x": 0.05, "w1": 0.1, "b1": -0.1, "w2": 0.3, "b2": 0.3, "y": 0.01}.items()
    }

    def called(label, node):
        node.label = label
        named[label] = node
        return node

    a1 = called("a1", called("z1", named["x"] * named["w1"] + named["b1"]).sigmoid())
    a2 = called("a2", called("z2", a1 * named["w2"] + named["b2"]).sigmoid())
    called("L", 0.5 * (named["y"] - a2) ** 2)
    return named


def diamond():
    a = Value(3.0, label="a")
    b = a + a
    b.label = "b"
    c = b + b
    c.label = "c"
    return c


def random_graph(size, seed=0):
    """A graph of that many nodes, with a third of them leaves, in which every node is used."""
    rng = random.Random(seed)
    loose = [Value(round(rng.uniform(-1.0, 1.0), 3), label=f"p{i}") for i in range(size // 3)]
    for _ in range(size - size // 3 - 1):
        a, b = loose.pop(rng.randrange(len(loose))), rng.choice(loose[-40:])
        loose.append(rng.choice([lambda: a * b, lambda: a + b, lambda: a - b, lambda: a.tanh(), lambda: b.sin() * a])())
    return sum_of(loose)
