"""From the columns of a table to the numbers a network reads, and back from its outputs to answers.

Numbers: a missing cell gets the median, then x → (x − mean)/deviation; dates are several such numbers. Categories:
one input per category, 1 for the one that it is; an unknown one is none of them, a missing cell is a category of its
own. The target of a regression is standardised as well. All of it is fitted to the training set alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nn.basics.forms import (
    boolean,
    check_form,
    choice_of,
    fields,
    finite_number,
    list_of,
    map_of,
    number_not_below_zero,
    optional,
    plain_text,
    positive_number,
    whole,
)
from nn.basics.optional import require
from nn.data.dataset import Dataset
from nn.data.dates import WAYS, is_part, with_parts
from nn.data.messages import DataError, count, some
from nn.data.one_of_each import mark_categories
from nn.data.selection import (
    category_text,
    known_categories,
    notes_on_categories,
    notes_on_filled,
    notes_on_left_out,
    useless,
)
from nn.data.sklearn_transformers import (
    fitted_imputer,
    fitted_scaler,
    number_matrix,
    scaled_numbers,
    scaler_from_dict,
    scaler_to_dict,
)
from nn.data.surprises import surprises
from nn.data.table import Table, table_of

FINITE = list_of(finite_number)
SCALER = fields(
    mean=FINITE, var=list_of(number_not_below_zero), scale=list_of(positive_number), samples=whole(1, 10**18)
)
STORED = fields(
    task=choice_of("classification", "regression"),
    target=plain_text,
    classes=list_of(plain_text, different=True),
    numeric_target=boolean,
    numbers=list_of(plain_text, different=True),
    medians=FINITE,
    scaler=optional(SCALER),
    categories=map_of(list_of(optional(plain_text), least=1, different=True)),
    target_scaler=optional(SCALER),
    notes=list_of(plain_text),
)
"""What `Preprocessor.to_dict` writes."""


@dataclass(frozen=True)
class Preprocessor:
    """What was learned about the columns of a training set, and how it is applied to other tables.

    Attributes:
        task: "classification" or "regression".
        target: the name of the target column.
        classes: the names of the classes, in the order of their indices; none for regression.
        numeric_target: whether the cells of the target are numbers, be it as names of classes.
        numbers: the columns of numbers that are used.
        categories: for each column of categories that is used, its categories; None for a missing cell.
        dates: for each column of dates that is used, how it is written; its parts are among the numbers.
        marks: the texts that stood for a missing cell, besides the usual ones: they do so in other tables as well.
        notes: what was left out, and why, one sentence each.

    >>> from nn.data.dataset import dataset_of
    >>> table = table_of([{"x": 1, "hue": "red", "y": 10}, {"x": 3, "hue": "blue", "y": 30.5}])
    >>> prepare = Preprocessor.fit(dataset_of(table, "y"))
    >>> prepare.inputs
    ['x', 'hue=blue', 'hue=red']
    >>> prepare.transform([{"hue": "red", "x": 2, "more": "is ignored"}])
    [[0.0, 0.0, 1.0]]
    >>> prepare.transform_target(table), prepare.answers([[-1.0], [1.0]])
    ([-1.0, 1.0], [10.0, 30.5])
    """

    task: str
    target: str
    classes: tuple[str, ...]
    numeric_target: bool
    numbers: tuple[str, ...]
    categories: Mapping[str, Sequence[str | None]]
    dates: Mapping[str, str]
    marks: tuple[str, ...]
    notes: tuple[str, ...]
    _imputer: Any
    _scaler: Any
    _target_scaler: Any

    @classmethod
    def fit(cls, data: Dataset) -> Preprocessor:
        """Learn from a training set: medians, means, deviations, categories.

        Columns that cannot help are left out, which is noted: those without numbers or with a single value, names of
        rows, and categories of which there are too many. The pixels of an image all stay.

        Raises:
            DataError: if no column is left, or numbers are too large to be scaled.
        """
        reasons = {
            column.name: reason
            for column in data.input_columns
            if data.grid is None and (reason := useless(column))  # the pixels of an image stay together
        }
        used = [column for column in data.input_columns if column.name not in reasons]
        if not used:
            raise DataError(
                f"{data.table.source}: no column is left to predict {data.target!r} from; "
                + "; ".join(f"{name!r} {reason}" for name, reason in reasons.items())
            )
        numbers = [column for column in used if column.kind == "number"]
        texts = [column for column in used if column.kind == "category"]
        imputer = scaler = target_scaler = None
        if numbers:
            matrix = number_matrix(numbers)
            imputer = fitted_imputer(matrix)
            scaler = fitted_scaler(imputer.transform(matrix), numbers)
        categories = {column.name: known_categories(column) for column in texts}
        seen = set(data.targets)
        unseen = [f"class {name!r} has no row to train on" for i, name in enumerate(data.classes) if i not in seen]
        if data.task == "regression":
            target_scaler = fitted_scaler(number_matrix([data.target_column]), [data.target_column])
        return cls(
            task=data.task,
            target=data.target,
            classes=data.classes,
            numeric_target=data.numeric,
            numbers=tuple(column.name for column in numbers),
            categories=categories,
            dates={
                name: way for name, way in data.dates.items() if any(is_part(column.name, name) for column in numbers)
            },
            marks=data.table.marks,
            notes=(
                *notes_on_left_out(reasons),
                *notes_on_filled(numbers, [] if imputer is None else imputer.statistics_.tolist()),
                *notes_on_categories(texts, categories),
                *unseen,
            ),
            _imputer=imputer,
            _scaler=scaler,
            _target_scaler=target_scaler,
        )

    @property
    def inputs(self) -> list[str]:
        """The names of the numbers that `transform` gives for a row: "age", "colour=red"."""
        return [
            *self.numbers,
            *(f"{name}={category_text(x)}" for name, known in self.categories.items() for x in known),
        ]

    @property
    def columns(self) -> list[str]:
        """The names of the columns that are read, in the order of lists of cells."""
        plain = [number for number in self.numbers if not any(is_part(number, name) for name in self.dates)]
        return [*plain, *self.dates, *self.categories]

    def table(self, rows: Any) -> Table:
        """Rows as a table: one already, a DataFrame, dicts, or lists in the order of `columns`.

        Raises:
            DataError: if there are none.
        """
        table = table_of(rows, names=self.columns).with_marks(self.marks)
        if not len(table):
            raise DataError(f"{table.source}: there is none, and at least one is wanted")
        for name in self.dates:
            if not any(is_part(known, name) for known in table.names):
                table.column(name)  # which says so if it is missing
        return with_parts(table, self.dates)

    def transform(self, rows: Any) -> list[list[float]]:
        """For each row the inputs of the network.

        Args:
            rows: as for `table`. Of what has names the order does not matter, and other columns are ignored.

        Raises:
            DataError: if a column is missing, a number is none, or so large that it cannot be scaled.
        """
        matrix: list[list[float]] = self.input_array(rows).tolist()
        return matrix

    def input_array(self, rows: Any) -> Any:
        """The same as an array."""
        table = self.table(rows)
        numbers = [table.column(name) for name in self.numbers]
        texts = [table.column(name) for name in self.categories]
        inputs = require("numpy").zeros((len(table), len(self.inputs)))
        if numbers:
            filled = self._imputer.transform(number_matrix(numbers))
            inputs[:, : len(numbers)] = scaled_numbers(self._scaler, filled, numbers)
        first = len(numbers)
        for column in texts:
            known = self.categories[column.name]
            mark_categories(inputs[:, first : first + len(known)], column, known)
            first += len(known)
        return inputs

    def transform_target(self, table: Table) -> list[Any]:
        """For each row the index of its class, or the standardised number.

        Raises:
            DataError: if a target is missing, or is none of the classes.
        """
        column = table.column(self.target).as_kind("number" if self.numeric_target else "category")
        if self.task == "classification":
            index = {name: i for i, name in enumerate(self.classes)}
            labels = column.labels()
            for row, label in enumerate(labels):
                if label not in index:
                    what = "missing" if label is None else f"{label!r}, which is none of {some(self.classes)}"
                    raise DataError(f"{column.where(row)}: the target is {what}")
            return [index[label] for label in labels if label is not None]
        if column.missing:
            raise DataError(f"{column.where(column.missing[0])}: the target is missing")
        scaled: list[float] = self._target_scaler.transform(number_matrix([column]))[:, 0].tolist()
        return scaled

    def answers(self, outputs: Sequence[Sequence[float]]) -> list[float]:
        """The outputs of a network that was trained on standardised targets, in the target's own unit.

        Raises:
            ValueError: if the task is a classification.
        """
        if self._target_scaler is None:
            raise ValueError("the outputs of a classification are to be decided, not scaled: see nn.decisions.decide")
        numpy = require("numpy")
        column = numpy.array(outputs, dtype=float).reshape(-1, 1)
        with numpy.errstate(over="ignore", invalid="ignore"):  # infinite answers are for the caller to see
            numbers: list[float] = self._target_scaler.inverse_transform(column)[:, 0].tolist()
        return numbers

    def surprises(self, table: Table) -> list[str]:
        """What to say about a table that `transform` takes: cells that are filled in, read anew or not known."""
        medians = self._imputer.statistics_.tolist() if self.numbers else []
        table = self.table(table)
        return surprises(table, dict(zip(self.numbers, medians, strict=True)), self.categories)

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it; floats come back exactly."""
        return {
            "task": self.task,
            "target": self.target,
            "classes": list(self.classes),
            "numeric_target": self.numeric_target,
            "numbers": list(self.numbers),
            "medians": self._imputer.statistics_.tolist() if self.numbers else [],
            "scaler": scaler_to_dict(self._scaler),
            "categories": {name: list(texts) for name, texts in self.categories.items()},
            "target_scaler": scaler_to_dict(self._target_scaler),
            **({"dates": dict(self.dates)} if self.dates else {}),
            **({"marks": list(self.marks)} if self.marks else {}),
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Preprocessor:
        """The preprocessor that `to_dict` described: the same numbers to the last bit.

        Raises:
            DataError: if the description is damaged.
        """
        try:
            check_form(stored, STORED)
            dates, marks = stored.get("dates", {}), stored.get("marks", [])  # older descriptions have none
            check_form({"dates": dates}, fields(dates=map_of(choice_of(*WAYS))))
            check_form({"marks": marks}, fields(marks=list_of(plain_text)))
            numbers, categories = tuple(stored["numbers"]), stored["categories"]
            if len(stored["medians"]) != len(numbers) or not (numbers or categories):
                raise ValueError(f"{len(stored['medians'])} medians for {count(len(numbers), 'column')}")
            both = sorted({*numbers} & {*categories})
            if both:
                raise ValueError(f"{both[0]!r} is a column of numbers and one of categories")
            if bool(stored["classes"]) != (stored["task"] == "classification"):
                raise ValueError(f"{len(stored['classes'])} classes for a {stored['task']}")
            medians = require("numpy").array([stored["medians"]], dtype=float)
            imputer = fitted_imputer(medians) if numbers else None  # the median of one number is that number
            if imputer is not None and (imputer.statistics_ != medians[0]).any():
                raise ValueError("a median is too large")
            return cls(
                task=stored["task"],
                target=stored["target"],
                classes=tuple(stored["classes"]),
                numeric_target=stored["numeric_target"],
                numbers=numbers,
                categories={name: tuple(texts) for name, texts in categories.items()},
                dates=dict(dates),
                marks=tuple(marks),
                notes=tuple(stored["notes"]),
                _imputer=imputer,
                _scaler=scaler_from_dict(stored["scaler"], len(numbers)) if numbers else None,
                _target_scaler=scaler_from_dict(stored["target_scaler"], 1) if stored["task"] == "regression" else None,
            )
        except ValueError as error:
            raise DataError(f"the description of the preprocessing is damaged: {error}") from error
