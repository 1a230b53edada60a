"""Keep the notebooks: python notebooks/course.py run | check | site

    run     execute notebooks, and store them with what they show
    check   execute them afresh, and compare with what is stored; their form; their exercises, answered in many ways
    site    the site: the course, guides and reference as pages, which need no network

Each takes the numbers of notebooks, none for all: python notebooks/course.py run 1 2
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from nbclient.exceptions import CellExecutionError

from tools.answers import answers_to, faults_of_verdicts, tried
from tools.comparing import differences
from tools.exercises import faults_of_answers
from tools.files import FOLDER, notebooks, read, write
from tools.form import faults
from tools.running import executed


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Keep the notebooks of the course."""


@main.command()
@click.argument("numbers", nargs=-1)
def run(numbers: Sequence[str]) -> None:
    """Execute notebooks, and store them with what they show."""
    for path in chosen(numbers):
        notebook, _ = executed(read(path))
        write(notebook, path)
        click.echo(f"{path.name}: stored, {path.stat().st_size / 1000:.0f} kB")


@main.command()
@click.argument("numbers", nargs=-1)
def check(numbers: Sequence[str]) -> None:
    """Execute notebooks afresh, and say what is wrong with what is stored."""
    wrong = False
    for path in chosen(numbers):
        found = checked(path)
        click.echo(f"{path.name}: {'good' if not found else ''}")
        for fault in found:
            click.echo(f"  {fault}")
        wrong = wrong or bool(found)
    sys.exit(wrong)


@main.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=FOLDER.parent / "build" / "site",
    show_default=True,
)
@click.option("--without-playgrounds", is_flag=True, help="Leave out what needs packages of npm.")
def site(out: Path, without_playgrounds: bool) -> None:
    """Write the site: the course, guides and reference as pages that need no network."""
    from tools.npm import NpmError
    from tools.site import SiteError, build

    try:
        click.echo(f"{build(out, playgrounds=not without_playgrounds)} is the first page")
    except NpmError as error:
        raise click.ClickException(f"{error}\nWithout playgrounds: --without-playgrounds") from error
    except SiteError as error:
        raise click.ClickException(str(error)) from error


def checked(path: Path) -> list[str]:
    """What is wrong with a notebook."""
    stored = read(path)
    found = faults(path, stored)
    others = answers_to(path)
    try:
        fresh, verdicts = executed(stored, tried(stored, others))
    except CellExecutionError as error:
        return [*found, str(error)]
    found += differences(stored, fresh) + faults_of_answers(fresh, verdicts)
    return found + (faults_of_verdicts(stored, others, verdicts[-len(others) :]) if others else [])


def chosen(numbers: Sequence[str]) -> list[Path]:
    try:
        return notebooks(numbers)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


if __name__ == "__main__":
    main()
