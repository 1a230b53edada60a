"""Seeing slices: an array of places that advances by fixed steps along each axis is a view, and needs no gather."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.lift.arrays.program import Places

MOST_AXES = 4


def strides_of(places: Places) -> tuple[int, ...] | None:
    """The step along each axis (0: broadcast), or None if the places do not advance by fixed steps.

    >>> strides_of(np.array([[3, 5], [4, 6], [5, 7]])), strides_of(np.array([1, 2, 4]))
    ((1, 2), None)
    """
    found = []
    expected: Any = places.flat[0]
    for axis, length in enumerate(places.shape):
        corner = [0] * places.ndim
        corner[axis] = 1
        step = int(places[tuple(corner)]) - int(places.flat[0]) if length > 1 else 0
        shape = [1] * places.ndim
        shape[axis] = length
        expected = expected + step * np.arange(length).reshape(shape)
        found.append(step)
    return tuple(found) if np.array_equal(places, np.broadcast_to(expected, places.shape)) else None


def nested_shape(rows: list[Places]) -> tuple[int, ...] | None:
    """The shape in which all these one-dimensional arrays of places advance by fixed steps, if there is one.

    >>> nested_shape([np.array([0, 1, 2, 3, 4, 5]), np.array([7, 7, 7, 8, 8, 8])])
    (2, 3)
    """
    table = np.stack(rows)
    shape: tuple[int, ...] = ()
    while table.shape[1] > 1:
        count = table.shape[1]
        change = np.diff(table, axis=1)
        breaks = (change != change[:, :1]).any(axis=0)
        length = int(np.argmax(breaks)) + 1 if breaks.any() else count
        if count % length or len(shape) == MOST_AXES:
            return None
        blocks = table.reshape(len(rows), count // length, length)
        inner = blocks - blocks[:, :, :1]
        if (inner != inner[:, :1]).any():
            return None
        shape = (length, *shape)
        table = blocks[:, :, 0]
    return shape or (1,)


def common_shape(out: Places, operands: list[Places]) -> tuple[tuple[int, ...], list[bool]]:
    """A shape for an elementwise instruction, and which of its operands must be gathered to have it."""
    flat = [operand.ravel() for operand in operands]
    must_gather = [nested_shape([out.ravel(), operand]) is None for operand in flat]
    while True:
        shape = nested_shape([out.ravel(), *(x for x, gather in zip(flat, must_gather, strict=True) if not gather)])
        if shape is not None:
            return shape, must_gather
        must_gather[max(i for i, gather in enumerate(must_gather) if not gather)] = True


def broadcast(places: Places, step: tuple[int, ...]) -> list[int]:
    """The axes along which the same places are met again."""
    return [axis for axis, s in enumerate(step) if s == 0 and places.shape[axis] > 1]
