"""What the commands of `chalkgrad` take: data by name, layers, numbers by name; and what they may write over."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from autograd.files import check_file
from nn.data.bundled import DATASETS, load
from nn.data.csv_file import CsvForm, read_csv
from nn.data.dataset import Dataset, load_csv
from nn.data.messages import DataError


class Data(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on
    """A bundled data set's name, or a CSV file."""

    name = "data"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        names = [CompletionItem(name, help=about.description) for name, about in DATASETS.items()]
        return [item for item in names if item.value.startswith(incomplete)] + [CompletionItem(incomplete, type="file")]


def number_typed(written: str) -> float:
    """The number that somebody typed, with a minus of either kind.

    >>> number_typed("−5"), number_typed("1e-3")
    (-5.0, 0.001)

    Raises:
        ValueError: if it is none, or too large; the message is to stand after what was typed.
    """
    try:
        number = float("none" if "_" in written else written.replace("−", "-"))
    except ValueError:
        raise ValueError(f"{written!r} is not a number") from None
    if math.isinf(number) and "inf" not in written.lower():
        raise ValueError(f"{written} is larger than any floating-point number; an infinity is written inf")
    return number


def whole_number_typed(written: str) -> int:
    """The same for a whole number."""
    try:
        return int("none" if "_" in written else written.replace("−", "-"))
    except ValueError:
        raise ValueError(f"{written!r} is not a whole number") from None


class TypedNumber(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on
    """A number as it is typed, or as it is given in Python.

    Attributes:
        typed: reads it.
        kind: what it becomes.
    """

    typed: Callable[[str], float]
    kind: type[float]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self.typed(value) if isinstance(value, str) else self.kind(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class AnyNumber(TypedNumber):
    """A number."""

    name, typed, kind = "number", staticmethod(number_typed), float


class Whole(TypedNumber):
    """A whole number."""

    name, typed, kind = "integer", staticmethod(whole_number_typed), int


class WholeInRange(click.IntRange):
    """A whole number in a range, its ends included."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number: int = super().convert(Whole().convert(value, param, ctx), param, ctx)
        return number


class LayerSizes(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on
    """The numbers of neurons of the layers, with commas between them."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(whole_number_typed(part.strip()) for part in value.split(",") if part.strip())
        except ValueError:
            numbers = (0,)
        if any(number < 1 for number in numbers):
            self.fail(f"{value!r} is not a list of numbers of neurons such as 16,16", param, ctx)
        return numbers


class Separator(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on
    """What stands between cells: a character, or its name."""

    name = "separator"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        names: dict[Any, str] = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";"}
        return names.get(value, str(value))


def says_how_it_is_written(command: Callable[..., None]) -> Callable[..., None]:
    """A command that reads a table takes what is known of its form, as `form`."""

    @click.option("--sep", type=Separator(), metavar="CHARACTER", help="Between cells, also tab, space; default: seen.")
    @click.option("--no-header", is_flag=True, help='No line names the columns: they are "column 1", "column 2" …')
    @click.option("--na", multiple=True, metavar="TEXT", help="A text that stands for a missing cell; repeatable.")
    @wraps(command)
    def with_form(sep: str | None, no_header: bool, na: tuple[str, ...], **options: Any) -> None:
        command(form=CsvForm(sep, not no_header, na), **options)

    return with_form


def data_set(data: str, target: str | None, form: CsvForm, **options: Any) -> Dataset:
    """A bundled data set, or the CSV file of that name.

    Raises:
        DataError: if it is neither, or cannot be used.
    """
    if data in DATASETS and not Path(data).is_file():
        return load(data)
    if data != "-" and "." not in Path(data).name and not Path(data).exists():
        raise DataError(
            f"{data!r} is neither a file nor a bundled data set ({', '.join(DATASETS)}); see `chalkgrad data`"
        )
    if target is None:
        columns = ", ".join(map(repr, read_csv(data, form).names[:8]))
        raise DataError(f"{data}: which column is to be predicted? Give --target COLUMN, one of {columns} …")
    return load_csv(data, target, form, **options)


def report_path(asked: str | None, usual: Path, overwrite: bool) -> Path:
    """The folder for a report: as asked for, or the usual one, or that with the first number that is free.

    Raises:
        DataError: if the report of an earlier run is in the folder that was asked for, and is not to be replaced.
    """
    if asked is None:
        numbered = (usual.with_name(f"{usual.name}-{number}") for number in count(2))
        return usual if overwrite or not holds_a_report(usual) else next(p for p in numbered if not holds_a_report(p))
    if holds_a_report(Path(asked)) and not overwrite:
        raise DataError(f"{asked} holds the report of an earlier run; give --overwrite, or another --output")
    return Path(asked)


def holds_a_report(folder: Path) -> bool:
    """Whether a run has left something there."""
    return any(os.path.lexists(folder / name) for name in ("summary.json", "model.json"))


def named_numbers(pairs: Iterable[str]) -> dict[str, float]:
    """The numbers of NAME=NUMBER, by name.

    Raises:
        ValueError: if a pair is not one, or a name comes twice.
    """
    found: dict[str, float] = {}
    for pair in pairs:
        name, equals, written = (part.strip() for part in pair.partition("="))
        if not (name and equals):
            raise ValueError(f"{pair!r} is not of the form NAME=NUMBER, such as w=0.5")
        if name in found:
            raise ValueError(f"{name} is given twice")
        try:
            found[name] = number_typed(written)
        except ValueError as error:
            raise ValueError(f"{pair}: {error}") from None
    return found


def check_outputs(outputs: Sequence[str | None], inputs: Iterable[str | None] = ()) -> None:
    """Make sure that each output can be written, and takes the place of no input and of no other output.

    Raises:
        ValueError: naming the file.
        OSError: if one cannot be written.
    """
    taken = [os.path.realpath(path) for path in inputs if path]
    for path in outputs:
        if path and (os.path.isfile(path) or not os.path.exists(path)):  # a device may be given twice
            if os.path.realpath(path) in taken or any(os.path.exists(t) and os.path.exists(path) and
                                                      os.path.samefile(t, path) for t in taken):  # fmt: skip
                raise ValueError(f"{path} is read or written already by the same command; choose another output")
            taken.append(os.path.realpath(path))
    for path in filter(None, outputs):
        check_file(path)
