"""vmap: a function of one sample becomes one of a batch.

While a compiled function is recorded, one sample's program is recorded for all of them: each of its scalars stands
for a row of numbers, one a sample. Two operations lead in and out: `batch` makes such a row of the samples' numbers,
`sample` takes one number out of it. Elsewhere vmap is a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import update_wrapper
from typing import Any

from autograd.graph import leaves
from autograd.lift.capture.arguments import check_result
from autograd.lift.capture.batch_operations import BATCH, SAMPLE
from autograd.lift.capture.given import Given
from autograd.nesting import flat, is_array, nested_like
from autograd.recording import recording_here
from autograd.value import Value, as_number, operand_or_error, value_of_parts

inside_batch: ContextVar[bool] = ContextVar("inside_batch", default=False)


def vmap(f: Callable[..., Any], in_axes: int | tuple[int | None, ...] | None = 0) -> Callable[..., Any]:
    """The function that applies f to every sample of a batch.

    Args:
        f: a function of one sample.
        in_axes: for each argument, or for all of them, 0 if it holds one entry a sample (a list, an array, or a dict
            of them), None if it is the same for all samples.

    Returns:
        A function that gives a list with f's result for each sample (an array, if results are arrays); of a tuple or
        a dict, a tuple or a dict of them. Inside `jit` one sample's program is run for all samples at once.

    Raises:
        ValueError: if the arguments have different numbers of samples, or samples differ in shape; naming the place.

    >>> vmap(lambda w, x: w * x, in_axes=(None, 0))(2.0, [1.0, 2.0, 3.0])
    [2.0, 4.0, 6.0]
    """

    def batched(*args: Any) -> Any:
        axes = in_axes if isinstance(in_axes, tuple) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ValueError(f"in_axes has {len(axes)} entries, but the function was called with {len(args)} arguments")
        if any(axis not in (0, None) for axis in axes):
            raise ValueError(f"in_axes={in_axes!r}: an argument's samples are its entries (0), or it has none (None)")
        mapped = [number for number, axis in enumerate(axes) if axis == 0]
        samples = {number: samples_of(args[number], f"argument {number}") for number in mapped}
        counts = {number: len(entries) for number, entries in samples.items()}
        if len(set(counts.values())) != 1:
            raise ValueError(
                "vmap takes the same number of samples in every argument that has samples, but was given "
                + (", ".join(f"{count} in argument {number}" for number, count in counts.items()) or "none at all")
            )
        count = next(iter(counts.values()))
        if not count:
            return []
        if recording_here.get() is None or inside_batch.get():
            results = [
                one_sample(f, [samples[n][k] if n in samples else x for n, x in enumerate(args)]) for k in range(count)
            ]
        else:
            results = recorded_once(f, args, samples, count)
        return stacked(results)

    return update_wrapper(batched, f, assigned=("__module__", "__doc__"), updated=())


def one_sample(f: Callable[..., Any], args: list[Any]) -> Any:
    """f of Values in place of numbers; results that depend on nothing else are numbers again."""
    ours: dict[int, Value] = {}

    def as_value(x: Any) -> Any:
        if isinstance(x, Value) or as_number(x) is None:
            return x
        leaf = Value(x)
        ours[id(leaf)] = leaf
        return leaf

    def as_result(y: Any) -> Any:
        return y._data if isinstance(y, Value) and all(id(leaf) in ours for leaf in leaves(y)) else y

    result = f(*[nested_like(argument, map(as_value, flat(argument))) for argument in args])
    return nested_like(result, map(as_result, flat(result)))


def samples_of(argument: Any, path: str) -> list[Any]:
    """The samples in an argument, checked to be alike.

    Raises:
        TypeError: if it has no entries.
        ValueError: if they differ in shape.
    """
    if isinstance(argument, dict):
        columns = {key: samples_of(value, f"{path}[{key!r}]") for key, value in argument.items()}
        lengths = {key: len(column) for key, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"{path} has a different number of samples under its keys: {lengths}")
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if not (isinstance(argument, list | tuple) or is_array(argument)):
        raise TypeError(f"{path} is to have samples, but is {argument!r}; pass in_axes=None for what has none")
    entries = list(argument)
    for number, entry in enumerate(entries[1:], 1):
        check_alike(entries[0], entry, f"{path}[{number}]")
    return entries


def check_alike(first: Any, other: Any, path: str) -> None:
    """Whether an entry is nested as the first one is.

    Raises:
        ValueError: naming the place where it is not.
    """
    if isinstance(first, dict) and isinstance(other, dict) and first.keys() == other.keys():
        for key in first:
            check_alike(first[key], other[key], f"{path}[{key!r}]")
    elif isinstance(first, list | tuple) and isinstance(other, list | tuple):
        if len(first) != len(other):
            raise ValueError(f"{path} has {len(other)} entries, the first sample's {len(first)}")
        for number, (a, b) in enumerate(zip(first, other, strict=True)):
            check_alike(a, b, f"{path}[{number}]")
    elif is_array(first) and is_array(other):
        if first.shape != other.shape:
            raise ValueError(f"{path} has the shape {other.shape}, the first sample's {first.shape}")
    elif (as_number(first) is None) or (as_number(other) is None):
        raise ValueError(f"{path} is a {type(other).__name__}, in the first sample it is a {type(first).__name__}")


def recorded_once(f: Callable[..., Any], args: tuple[Any, ...], samples: dict[int, list[Any]], count: int) -> list[Any]:
    """f recorded for one sample that stands for all; its result for each of them."""
    given = list(args)
    for number, entries in samples.items():
        columns = zip(*map(flat, entries), strict=True)
        given[number] = nested_like(entries[0], (batch(column) for column in columns))
    token = inside_batch.set(True)
    try:
        result = f(*given)
    finally:
        inside_batch.reset(token)
    check_result(f, result)
    outputs = list(flat(result))
    return [nested_like(result, taken(outputs, number)) for number in range(count)]


def batch(column: tuple[Any, ...]) -> Value:
    """The scalar that stands for these numbers, one a sample."""
    parents = tuple(map(operand_or_error, column))
    row = value_of_parts(parents[0]._data, 0.0, "", BATCH, parents, BATCH.partials(None, None, *parents))
    if (recording := recording_here.get()) is not None:
        recording.rows[id(row)] = row
        row.__class__ = Given
    return row


def each_sample(value: Any, count: int) -> list[Any]:
    """What a Value of one sample's program stands for: one for each of the samples."""
    return [x for number in range(count) for x in taken([value], number)]


def taken(outputs: list[Any], number: int) -> Iterator[Any]:
    """One sample's results."""
    op = SAMPLE(number)
    for x in outputs:
        yield value_of_parts(x._data, 0.0, "", op, (x,), (1.0,)) if isinstance(x, Value) else x


def stacked(results: list[Any]) -> Any:
    """The samples' results in one: tuples and dicts outside, lists and arrays inside."""
    first = results[0]
    if isinstance(first, tuple):
        return tuple(stacked(list(column)) for column in zip(*results, strict=True))
    if isinstance(first, dict):
        return {key: stacked([result[key] for result in results]) for key in first}
    if is_array(first):
        import numpy as np

        return np.stack(results)
    return results
