"""Programs written for micrograd run after their import lines alone are changed."""

import random

from nn.micrograd import MLP


def test_a_micrograd_program_learns_after_its_import_lines_are_changed():
    random.seed(1337)
    rows = [([a, b], -a * b) for a in (-1.0, 1.0) for b in (-1.0, 1.0)]  # XOR
    model = MLP(2, [8, 8, 1])
    first = None
    for _ in range(120):
        scores = [model(x) for x, _ in rows]
        loss = sum((1 + -y * score).relu() for (_, y), score in zip(rows, scores, strict=True)) * (1.0 / len(rows))
        loss += 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        first = first or loss.data
    assert loss.data < 0.1 * first
    assert isinstance(loss._prev, set)
    assert str(model).startswith("MLP of [Layer of [ReLUNeuron(2)")
