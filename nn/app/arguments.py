"""What the commands of `chalkgrad` take, names that complete and lists of numbers; and how they report errors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from click.shell_completion import CompletionItem

from nn.data.bundled import DATASETS


class Data(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on
    """A bundled data set's name, or a CSV file."""

    name = "data"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        names = [CompletionItem(name, help=about.description) for name, about in DATASETS.items()]
        return [item for item in names if item.value.startswith(incomplete)] + [CompletionItem(incomplete, type="file")]


class Numbers(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.3 on
    """Whole numbers with commas between them."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(int(part) for part in value.split(",") if part.strip())
        except ValueError:
            numbers = (0,)
        if any(number < 1 for number in numbers):
            self.fail(f"{value!r} is not a list of numbers of neurons such as 16,16", param, ctx)
        return numbers


def repairable(command: Callable[..., None]) -> Callable[..., None]:
    """Report what the user can repair in a line on stderr, with exit status 2."""

    @wraps(command)
    def careful(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except (ValueError, ModuleNotFoundError, FileNotFoundError, PermissionError) as error:
            click.echo(f"chalkgrad: {' '.join(str(error).split())}", err=True)
            sys.exit(2)
        except OSError as error:
            click.echo(f"chalkgrad: {error}", err=True)
            sys.exit(1)

    return careful
