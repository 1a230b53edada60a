"""A step of a small transformer in the manner of microgpt: with its own Value, with ours, and compiled.

    .venv/bin/python tests/benchmarks/microgpt.py

One head, one layer of width 16, words of five letters: some 3,000 parameters. Loss and gradients of one word, without
the optimiser, which is the same Python loop in all; the median of ten words.
"""

import random
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from handmade_nodes import Letters, Plain, WithOperators  # noqa: E402

from autograd import jit  # noqa: E402
from nn.microgpt import Value  # noqa: E402

SIZES = {"width": 16, "context": 8}
COMPILED_ALREADY = 40  # calls after which machine code has taken over


class WithoutBuiltNodes(WithOperators):
    """Operators alone, and none of autograd's functions."""

    row, softmax = Letters.row, Letters.softmax

    def squared_relu(self, x):
        return x.relu() ** 2


def words():
    """Words of one length."""
    names = (ROOT / "notebooks" / "data" / "first-names.txt").read_text(encoding="utf-8").lower().split()
    found = [name for name in names if len(name) == 5 and name.isascii() and name.isalpha()]
    random.Random(1).shuffle(found)
    return found[:40]


def milliseconds(model, loss, some):
    """The median time of a word's loss and gradients."""
    times = []
    for word in some:
        tokens, began = model.tokens(word), time.perf_counter()
        loss(tokens).backward()
        times.append(time.perf_counter() - began)
        for p in model.parameters:
            p.grad = 0.0
    return 1e3 * statistics.median(times)


def main():
    some = words()
    for name, kind, value in [
        ("its own Value, nodes built for dots", Letters, Plain),
        ("the same, nn.microgpt", Letters, Value),
        ("its own Value, operators alone", WithoutBuiltNodes, Plain),
        ("the same, nn.microgpt", WithoutBuiltNodes, Value),
        ("with softmax and take, nn.microgpt", WithOperators, Value),
    ]:
        model = kind(value, some, **SIZES)
        print(f"{name:40} {milliseconds(model, model.loss_of, some[:10]):8.1f} ms", flush=True)
    model = WithOperators(Value, some, **SIZES)
    loss, began = jit(model.loss_of), time.perf_counter()
    loss(model.tokens(some[0]))
    print(f"{'the same with @jit, first call':40} {1e3 * (time.perf_counter() - began):8.0f} ms")
    for _ in range(COMPILED_ALREADY):
        loss(model.tokens(some[0]))
    time.sleep(5.0)  # for the machine code, which is made beside
    print(f"{'each further call':40} {milliseconds(model, loss, some[:10]):8.2f} ms")


if __name__ == "__main__":
    main()
