"""Along which axis the lanes of a matrix product are, by counting the instructions of each way."""

from __future__ import annotations

from autograd.lift.arrays.program import Places
from autograd.lift.arrays.strides import strides_of


def cheapest_way(left: Places, right: Places, out: Places, width: int) -> tuple[str, str]:
    """The way (see `matmul.py`), and which operand is to be turned around for it: "left", "right" or none, "".

    Args:
        left, right, out: [i, k], [j, k] and [i, j] behind the same leading axes.
        width: how many numbers a register holds.

    >>> import numpy as np
    >>> weights, samples = np.arange(16 * 16).reshape(16, 16), np.arange(16 * 100).reshape(16, 100).T
    >>> cheapest_way(weights, samples, np.arange(16 * 100).reshape(16, 100), 8)
    ('columns', '')
    """
    a, b, y = (strides_of(x) for x in (left, right, out))
    assert a is not None and b is not None and y is not None
    rows, columns = out.shape[-2:]
    length: int = left.shape[-1]

    def outer(rows: int, columns: int, step: int, out_step: int) -> int:
        """Instructions with lanes along the columns, whose neighbours are `step` and `out_step` apart."""
        registers = -(-columns // width)
        store = registers if out_step == 1 else columns
        turning = 2 * columns * length if step > 1 or step < 0 else 0
        return rows * length * registers + rows * store + turning

    ways = [
        (outer(rows, columns, b[-2], y[-1]), "columns", "" if b[-2] in (0, 1) else "right"),
        (outer(columns, rows, a[-2], y[-2]), "rows", "" if a[-2] in (0, 1) else "left"),
    ]
    if a[-1] == b[-1] == 1:
        ways.append((rows * columns * (-(-length // width) + 3), "inner", ""))
    _, way, turned = min(ways, key=lambda one: one[0])
    return way, turned
