"""A trained network between raw rows and labels, as arrays: preparation, network, probabilities, decision.

    numbers    a missing one is its column's median; then (x − mean)/deviation
    dates      the days since 1970, from which several such numbers come
    texts      the place of each among its column's categories, −1 if it is none; then one input per category

are what goes in. What comes out is a number in the target's own unit, or the scores of the classes, of which the first
largest decides, and their probabilities where the loss makes any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.export.dataflow import (
    Dataflow,
    DataflowArithmetic,
    Tensor,
    along_last,
    argument,
    known_numbers,
    pick,
    repeated,
    reshaped,
)
from autograd.export.lowering import CannotExport
from nn.data.cells import number_in
from nn.data.dates import is_part, part_name
from nn.decisions import DECISIONS, Threshold
from nn.export.dates_as_days import parts_of_days
from nn.export.network import outputs_for_rows
from nn.predictor import Predictor

#: What the description of a preparation holds (`Preprocessor.to_dict`). Of more, nothing is known here.
UNDERSTOOD = set(
    "task target classes numeric_target numbers medians scaler categories dates target_scaler notes marks".split()
)


@dataclass(frozen=True)
class FromRows:
    """A trained network as a function of rows.

    Attributes:
        numbers: the names of the columns of numbers, in the order of the input `numbers`.
        dates: of each column of dates how it is written here; their days come after the numbers in the same input.
        texts: of each column of texts its categories, None for a missing cell; in the order of the input `places`.
        target: the name of what is predicted.
        classes: their labels; none for a regression.
        marks: texts that stand for a missing cell, besides the usual ones.
        flow: from `numbers` and `places`, those that there are, to `prediction`, or `scores` and `probabilities`.
    """

    numbers: tuple[str, ...]
    dates: Mapping[str, str]
    texts: Mapping[str, Sequence[str | None]]
    target: str
    classes: tuple[str, ...]
    marks: tuple[str, ...]
    flow: Dataflow

    @property
    def has_probabilities(self) -> bool:
        """Whether the loss that it was trained with makes any."""
        return "probabilities" in self.flow.outputs


def from_rows(trained: Predictor) -> FromRows:
    """A trained network as a function of rows.

    Raises:
        CannotExport: if columns are prepared in a way that is not known here.
    """
    prepared = trained.prepare.to_dict()
    if more := sorted(set(prepared) - UNDERSTOOD):
        raise CannotExport(f"columns are prepared by {more[0]!r}, which cannot be exported yet")
    marks = tuple(prepared.get("marks", ()))
    inputs: list[Tensor] = []
    parts: list[Tensor] = []
    dates = prepared.get("dates", {})
    numbers = [name for name in prepared["numbers"] if not any(is_part(name, date) for date in dates)]
    if prepared["numbers"]:
        inputs.append(argument("numbers", (len(numbers) + len(dates),), each=True))
        known = as_learnt(inputs[-1], prepared["numbers"], list(dates), marks)
        parts.append(standardised(known, prepared["medians"], prepared["scaler"]))
    if categories := prepared["categories"]:
        inputs.append(argument("places", (len(categories),), each=True))
        parts.append(one_of_each(inputs[-1], list(map(len, categories.values()))))
    network_inputs = pick(parts, np.arange(sum(part.size for part in parts)))
    outputs = outputs_for_rows(trained.model, network_inputs, [0.0] * network_inputs.size)
    classes = tuple(prepared["classes"])
    if classes:
        results = {"scores": scores_of(outputs, trained.head.decision)}
        if trained.loss.expects != "scores":
            results["probabilities"] = probabilities_of(outputs, logits=trained.loss.expects != "probabilities")
    else:
        scaler = prepared["target_scaler"]
        results = {"prediction": reshaped(outputs * scaler["scale"][0] + scaler["mean"][0], ())}
    about = f"Predicts {prepared['target']!r}" + (f", one of {', '.join(classes)}." if classes else ".")
    flow = Dataflow("network", tuple(inputs), {name: repeated(x) for name, x in results.items()}, about)
    return FromRows(tuple(numbers), dates, categories, prepared["target"], classes, marks, flow)


def as_learnt(given: Tensor, learnt: Sequence[str], dates: Sequence[str], marks: Sequence[str]) -> Tensor:
    """The numbers of a row as the network learnt from them, NaN for those that stand for nothing.

    Args:
        given: first the columns of numbers, then the days of the columns of dates.
        learnt: the names of those numbers, parts of dates among them.
        dates: the names of the columns of dates.
        marks: texts that stand for nothing, the numbers of some of them, too.
    """
    count = given.size - len(dates)
    plain = pick([given], np.arange(count)) if count else known_numbers([])
    for mark in sorted({number for text in marks if count and (number := number_in(text)) is not None}):
        plain = DataflowArithmetic.where(plain - mark, plain, np.nan)
    parts = {
        part_name(name, part): x
        for place, name in enumerate(dates, start=count)
        for part, x in parts_of_days(pick([given], np.array(place))).items()
    }
    place_of_part = {name: count + place for place, name in enumerate(parts)}
    plain_places = iter(range(count))
    places = [place_of_part[name] if name in parts else next(plain_places) for name in learnt]
    return pick([plain, *parts.values()], np.array(places))


def standardised(numbers: Tensor, medians: Sequence[float], scaler: Mapping[str, Any]) -> Tensor:
    """(x − mean)/deviation, where NaN stands for the median. −∞ is not missing."""
    m = DataflowArithmetic
    filled = m.where(m.greater(0.0, numbers), numbers, known_numbers(medians))  # of NaN nothing is true
    known = m.where(m.greater(numbers, -np.inf), numbers, filled)
    result: Tensor = m.divide(known - known_numbers(scaler["mean"]), known_numbers(scaler["scale"]))
    return result


def one_of_each(places: Tensor, counts: Sequence[int]) -> Tensor:
    """For each category 1 where it is the one, and 0 elsewhere."""
    column = np.repeat(np.arange(len(counts)), counts)
    number = np.concatenate([np.arange(count) for count in counts]).astype(float)
    result: Tensor = DataflowArithmetic.where(pick([places], column) - known_numbers(number), 0.0, 1.0)
    return result


def scores_of(outputs: Tensor, decision: str) -> Tensor:
    """A number for each class, of which the first largest decides; of a single output, beside its threshold."""
    decides = DECISIONS[decision]
    if not isinstance(decides, Threshold):
        return outputs
    return pick([known_numbers([decides.threshold]), outputs], np.arange(2))


def probabilities_of(outputs: Tensor, logits: bool) -> Tensor:
    """The probability of each class: of a single output that of the second one."""
    m = DataflowArithmetic
    if not logits:
        return outputs if outputs.size > 1 else pick([1.0 - outputs, outputs], np.arange(2))
    if outputs.size == 1:
        outputs = pick([known_numbers([0.0]), outputs], np.arange(2))
    exponentials = m.exp(outputs - reshaped(along_last("largest", outputs), (1,)))
    result: Tensor = m.divide(exponentials, reshaped(along_last("total", exponentials), (1,)))
    return result
