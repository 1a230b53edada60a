"""The command `chalkgrad`: train, predict, evaluate, data, plot, explain, practice.

Exit status 0; 2 with a line on stderr for what the user can repair; 141 if the reader of a pipe has gone; 1 otherwise.
"""

from __future__ import annotations

import json
import re
import sys
from itertools import chain
from pathlib import Path
from typing import Any

try:
    import click
except ModuleNotFoundError:  # pragma: no cover (an installation without the extra)
    sys.exit("the command chalkgrad needs the package click: pip install 'chalkgrad[train]'")

from autograd.endings import check_ending
from autograd.files import write_whole
from autograd.own_files import check_replaceable, write_own
from autograd.show.explain import ExpressionError, explain
from autograd.show.practice import practice
from autograd.show.practising.dialog import HELP, dialog
from autograd.show.practising.exercises import EXERCISE_LEVELS, class_list, exercise
from autograd.show.practising.questions import MODES, Mode
from autograd.show.practising.worksheet import worksheet
from autograd.show.typed.parser import parse
from nn import activations, losses, optimizers
from nn.app.answer_table import answer_table
from nn.app.arguments import (
    AnyNumber,
    Data,
    LayerSizes,
    Whole,
    WholeInRange,
    check_outputs,
    data_set,
    named_numbers,
    report_path,
    says_how_it_is_written,
)
from nn.app.commands import Commands, repairable, typed_line
from nn.app.experiment import Settings, cross_validate, experiment, said_of_size
from nn.app.judging import figures_on, table_of_figures
from nn.app.plot_choices import FIGURES, READS
from nn.app.report import destination, summary, write_report
from nn.app.side_by_side import Helpers
from nn.basics.spreadsheet import csv_text, guarded
from nn.callbacks import Snapshots
from nn.data.bundled import DATASETS
from nn.data.csv_file import CsvForm, read_csv
from nn.plots.look import save_figure, to_svg
from nn.predictor import Predictor

MOST_COLUMNS_OF_A_FILM = 20  # of which all but two may turn out to be of no use


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="chalkgrad", prog_name="chalkgrad")
def main() -> None:
    """Neural networks on an engine in which every number explains itself.

    \b
    chalkgrad train iris                          train on a bundled data set, and leave a report
    chalkgrad train houses.csv --target price     train on a table of your own
    chalkgrad predict runs/iris/model.json new.csv
    chalkgrad explain "x*w + b" x=2 w=-3 b=1
    chalkgrad practice --level 3                  exercises in backpropagation
    """


# ── train ───────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("data", type=Data())
@click.option("--target", "-t", help="The column of the CSV file to predict.")
@click.option(
    "--task",
    type=click.Choice(["classification", "regression"]),
    help="By default: classification if the target is text or at most 20 different whole numbers.",
)
@click.option("--category", "categories", multiple=True, metavar="COLUMN", help="A column of numbers that are names.")
@click.option("--drop", multiple=True, metavar="COLUMN", help="A column to leave out; repeatable.")
@click.option("--hidden", type=LayerSizes(), default="16,16", show_default=True, help='Hidden layers; "" for none.')
@click.option(
    "--activation",
    type=click.Choice([n for n in activations.ACTIVATIONS if n != "softmax"]),
    default="tanh",
    show_default=True,
    help="Of the hidden layers.",
)
@click.option(
    "--loss",
    type=click.Choice(list(losses.LOSSES)),
    help="By default: cross-entropy on logits for classes, mean squared error for numbers.",
)
@click.option("--optimizer", type=click.Choice(list(optimizers.OPTIMIZERS)), default="adam", show_default=True)
@click.option(
    "--learning-rate", type=AnyNumber(), default=0.01, show_default=True, help="Of hill climbing: the step's size."
)
@click.option("--epochs", type=Whole(), default=100, show_default=True, help="At most.")
@click.option(
    "--batch", "batch_size", type=Whole(), default=32, show_default=True, help="Samples in a step; 0 for all."
)
@click.option(
    "--split",
    type=(AnyNumber(), AnyNumber(), AnyNumber()),
    default=(0.6, 0.2, 0.2),
    show_default=True,
    metavar="TRAIN VALIDATION TEST",
    help="Shares of the rows.",
)
@click.option(
    "--patience",
    type=Whole(),
    default=15,
    show_default=True,
    help="Epochs without improvement on the validation set before stopping.",
)
@click.option(
    "--l2", type=AnyNumber(), default=0.0, show_default=True, help="Strength of the penalty on squared weights."
)
@click.option("--balance", is_flag=True, help="Have all classes count alike, however many rows each has.")
@click.option("--seed", type=Whole(), default=0, show_default=True, help="The same seed gives the same network.")
@click.option(
    "--folds", type=WholeInRange(2), help="Cross-validate in so many folds first, and report mean and spread."
)
@click.option("--workers", type=WholeInRange(1), help="Of the folds: in so many processes of this machine.")
@click.option("--scheduler", metavar="ADDRESS", help="Of the folds: by the workers of this Dask scheduler (tcp://…).")
@click.option(
    "--output",
    "-o",
    type=click.Path(file_okay=False),
    help="Folder for the report [default: runs/NAME, or the first of NAME-2, NAME-3 … that is free].",
)
@click.option("--overwrite", is_flag=True, help="Replace the report of an earlier run, which otherwise stays.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print what came out as JSON.")
@repairable
@says_how_it_is_written
def train(
    data: str,
    target: str | None,
    task: str | None,
    categories: tuple[str, ...],
    drop: tuple[str, ...],
    form: CsvForm,
    folds: int | None,
    workers: int | None,
    scheduler: str | None,
    output: str | None,
    overwrite: bool,
    quiet: bool,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Train a network on DATA, a bundled data set or a CSV file, and leave a report to look at.

    \b
    chalkgrad train iris
    chalkgrad train digits --hidden 32 --epochs 40
    chalkgrad train houses.csv --target price --output runs/prices
    chalkgrad train moons --hidden 16,16 --activation relu --loss hinge
    """
    say = (lambda *_: None) if quiet or as_json else click.echo
    settings = Settings(**{**chosen, "batch_size": chosen["batch_size"] or None})
    helpers = Helpers(workers, scheduler)
    if helpers.several and not folds:
        raise ValueError("--workers and --scheduler are for the folds of a cross-validation: give --folds, too")
    dataset = data_set(data, target, form, task=task, categories=categories, drop=drop)
    folder = report_path(output, Path("runs") / (dataset.name or "report"), overwrite)
    with destination(folder, reads=[data] if Path(data).exists() else []) as place:
        say(f"{dataset.name}: {len(dataset):,} rows; {dataset.verdict}")
        if large := said_of_size(dataset, settings):
            say(f"  note: {large}")
        verbose = 0 if quiet else 1
        scores = cross_validate(dataset, settings, folds, verbose=verbose, helpers=helpers) if folds else {}
        snapshots = Snapshots()
        watching = [snapshots] if len(dataset.input_columns) <= MOST_COLUMNS_OF_A_FILM else []
        run = experiment(dataset, settings, callbacks=watching, verbose=verbose)
        say(f"{run.history.stop} ({run.seconds:.1f} s). Writing the report …")
        page = write_report(run, place, command=["chalkgrad", *sys.argv[1:]], snapshots=snapshots.kept)
    for note in run.notes:
        say(f"  note: {note}")
    for line in table_of_figures(run.table):
        say(line)
    for name, (mean, spread) in scores.items():
        say(f"{folds} folds: {name} {mean:.4g} ± {spread:.2g}")
    say(f"Report: {page}")
    if as_json:
        click.echo(json.dumps({**summary(run), "report": str(page), "folds": scores}, indent=2))
    if run.failed or page.name != "report.html":
        sys.exit(1)


# ── predict ─────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("model", type=click.Path())
@click.argument("rows", type=click.Path(dir_okay=False))
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write there and not to stdout.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list and not a CSV table.")
@click.option("--raw", is_flag=True, help="Leave texts that a spreadsheet program would take for formulas as they are.")
@click.option("--quiet", "-q", is_flag=True, help="Print no notes.")
@repairable
@says_how_it_is_written
def predict(model: str, rows: str, form: CsvForm, output: str | None, as_json: bool, raw: bool, quiet: bool) -> None:
    """Answer for each of the ROWS of a CSV file (- for the standard input), with a MODEL that `train` left, or its run.

    \b
    chalkgrad predict runs/iris/model.json new.csv > answers.csv
    tail -5 new.csv | chalkgrad predict runs/iris - --no-header
    """
    check_outputs([output], inputs=[model, rows])
    if output:
        check_ending(output, *(("answers as JSON", "json", "txt") if as_json else ("answers as a table", "csv", "txt")))
    trained = Predictor.load(model)
    given = read_csv(rows, form)
    found = trained.ask(given)
    if not quiet:
        for note in found.notes:
            click.echo(f"note: {note}", err=True)
    columns = {f"predicted {trained.prepare.target}": found.answers}
    if found.probabilities is not None:
        columns |= {f"P({name})": [row[i] for row in found.probabilities] for i, name in enumerate(trained.classes)}
    if as_json:
        text = json.dumps([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])
        text += "\n"
    else:
        table = answer_table(given.names, given.columns.values(), columns)
        formulas = sum(guarded(cell) is not cell for cell in chain.from_iterable(table))
        if formulas and not raw and not quiet:
            click.echo(f"note: a spreadsheet program would compute {formulas} of the texts as formulas, so these begin"
                       " with '; --raw leaves them as they are", err=True)  # fmt: skip
        text = csv_text(table, raw=raw, delimiter=given.delimiter)
    if output:
        write_whole(output, text, parents=True)
    else:
        click.echo(text, nl=False)


@main.command()
@click.argument("model", type=click.Path())
@click.argument("rows", type=click.Path(dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print no notes.")
@repairable
@says_how_it_is_written
def evaluate(model: str, rows: str, form: CsvForm, as_json: bool, quiet: bool) -> None:
    """Judge a MODEL that `train` left, or its run, on the ROWS of a CSV file whose answers are known.

    \b
    chalkgrad evaluate runs/iris more.csv
    """
    figures, notes = figures_on(Predictor.load(model), read_csv(rows, form))
    for note in () if quiet else notes:
        click.echo(f"note: {note}", err=True)
    click.echo(json.dumps(figures, indent=2) if as_json else "\n".join(table_of_figures(figures)))


# ── export ──────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command("export")
@click.argument("model", type=click.Path())
@click.argument("output", type=click.Path(dir_okay=False))
@click.option(
    "--to",
    type=click.Choice(["onnx", "c", "jax", "torch"]),
    help="By default what the end of OUTPUT says: .onnx or .c.",
)
@repairable
def export_command(model: str, output: str, to: str | None) -> None:
    """Write a MODEL that `train` left, with the preparation of its columns, as ONNX, C, JAX or PyTorch source.

    \b
    chalkgrad export runs/iris/model.json iris.onnx
    chalkgrad export runs/iris/model.json iris.c
    chalkgrad export runs/iris/model.json iris.py --to jax
    """
    from nn.export import export

    check_outputs([output], inputs=[model])
    export(Predictor.load(model), output, to=to)
    click.echo(output)


# ── data and plot ───────────────────────────────────────────────────────────────────────────────────────────────


@main.command("data")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def data_command(as_json: bool) -> None:
    """List the bundled data sets.

    \b
    chalkgrad data
    """
    if as_json:
        keys = "task rows columns target description source".split()
        click.echo(
            json.dumps({n: {key: getattr(about, key) for key in keys} for n, about in DATASETS.items()}, indent=2)
        )
        return
    for name, about in DATASETS.items():
        click.echo(f"{name:<14} {about.task:<15} {about.rows:>5} × {about.columns:<3} {about.description}")


@main.command()
@click.argument("what", type=click.Choice(list(FIGURES)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False), required=False)
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="The picture: .svg, .png or .pdf [WHAT.svg].")
@repairable
def plot(what: str, file: str | None, output: str | None) -> None:
    """Draw a picture: activation functions, paths of descent, a history.csv, or the weights of a model.json.

    \b
    chalkgrad plot activations
    chalkgrad plot history runs/iris/history.csv -o curves.png
    """
    if what in READS and file is None:
        raise ValueError(f"plot {what} reads a file: chalkgrad plot {what} runs/iris/{READS[what]}")
    path = Path(output or f"{what}.svg")
    if not output:
        check_replaceable(path)
    check_outputs([str(path)], inputs=[file])
    figure = FIGURES[what](file) if what in READS else FIGURES[what]()
    if output:
        save_figure(figure, path)
    else:
        write_own({path: to_svg(figure)})
    click.echo(path)


# ── explain ─────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command("explain", context_settings={"ignore_unknown_options": True})  # an expression may begin with a sign
@click.argument("expression")
@click.argument("values", nargs=-1, metavar="[NAME=NUMBER]...")
@click.option("--html", type=click.Path(dir_okay=False), help="Write a page to step through the passes.")
@click.option("--svg", type=click.Path(dir_okay=False), help="Write a drawing of the graph.")
@click.option("--digits", type=WholeInRange(1, 17), default=3, show_default=True, help="Significant digits shown.")
@click.option("--wrt", multiple=True, metavar="NAME", help="Derive with respect to this, not every input; repeatable.")
@repairable
def explain_command(
    expression: str, values: tuple[str, ...], html: str | None, svg: str | None, digits: int, wrt: tuple[str, ...]
) -> None:
    """Compute an EXPRESSION, and write out the chain rule for its inputs.

    \b
    chalkgrad explain "x*w + b" x=2 w=-3 b=1
    chalkgrad explain "z = x*w + b; L = 0.5*(y - sigmoid(z))**2" x=2 w=-3 b=1 y=1 --wrt w --html backprop.html
    """
    leaves = [name.strip() for names in wrt for name in names.split(",")] or None
    check_outputs([html, svg])
    try:
        click.echo(explain(expression, named_numbers(values), html=html, svg=svg, digits=digits, leaves=leaves))
    except ExpressionError as error:  # whose second line is a caret
        click.echo(f"chalkgrad: {error}", err=True)
        sys.exit(2)
    except RuntimeError as missing:  # the one that CHALKGRAD_DOT names
        raise ValueError(str(missing)) from missing


# ── practice ────────────────────────────────────────────────────────────────────────────────────────────────────


@main.command("practice", context_settings={"ignore_unknown_options": True})
@click.argument("expression", required=False)
@click.argument("values", nargs=-1, metavar="[NAME=NUMBER]...")
@click.option("--level", type=WholeInRange(1, len(EXERCISE_LEVELS)), default=1, show_default=True,
              help=f"{'; '.join(f'{level}: {about}' for level, (about, _) in EXERCISE_LEVELS.items())}.")  # fmt: skip
@click.option("--seed", type=Whole(), default=0, show_default=True, help="The same seed gives the same exercise.")
@click.option("--mode", type=click.Choice(MODES), default="steps", show_default=True, help="What is asked.")
@click.option("--class", "names", type=click.Path(dir_okay=False), help="A file of names: other numbers for each.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write a page that asks; for a class one for each name.")
@click.option("--print", "paper", type=click.Path(dir_okay=False), help="Write a worksheet to print, with its key.")
@click.option("--key", is_flag=True, help="Print the worked solution, and do not ask.")
@repairable
def practice_command(
    expression: str | None,
    values: tuple[str, ...],
    level: int,
    seed: int,
    mode: Mode,
    names: str | None,
    html: str | None,
    paper: str | None,
    key: bool,
) -> None:
    """Practise backpropagation on an exercise of a level, or on an EXPRESSION: say the next number, and be told.

    \b
    chalkgrad practice --level 3 --seed 7
    chalkgrad practice --level 5 --class names.txt --print sheets.html
    chalkgrad practice "L = (w*x + b - y)**2" w=2 x=3 b=1 y=5 --html practice.html
    """
    for path in (html, paper):
        if path:
            check_ending(path, "pages", "html", "htm")
    if names and expression:
        raise ValueError("--class draws numbers for each name, and an expression has its own: give one of them")
    if names and not (html or paper):
        raise ValueError("--class writes a sheet for each name: give --html or --print a file")
    students = class_list(Path(names).read_text(encoding="utf-8")) if names else [""]
    pages = [file_of(html, place, student) for place, student in enumerate(students, 1)] if html and names else []
    for page in pages:
        check_replaceable(page)
    check_outputs([*map(str, pages), None if pages else html, paper], inputs=[names])
    sheets = []
    for student in students:
        if expression:
            root, title = parse(expression, named_numbers(values))[0], expression
            root.label = root.label or "f"
        else:
            made = exercise(level, seed=seed, student=student, mode=mode)
            root, title = made.root, EXERCISE_LEVELS[level][0].capitalize()
        sheets.append((student, practice(root, mode=mode)))
    try:
        if paper:
            write_whole(paper, worksheet([(student, asker.sheet) for student, asker in sheets], title))
        if pages:
            write_own({page: asker.page() for page, (_, asker) in zip(pages, sheets, strict=True)})
        elif html:
            sheets[0][1].save(html)
    except RuntimeError as missing:  # the one that CHALKGRAD_DOT names
        raise ValueError(str(missing)) from missing
    if key:
        click.echo(sheets[0][1].key)
    elif not (html or paper):
        asked = sheets[0][1].sheet
        click.echo(f"{title}\n\n{asked.title.text}\n\n{HELP}\n")
        dialog(asked, ask=typed_line, say=click.echo)


NAME_LETTERS = 40  # of a name in that of a file, which has at most 255 bytes


def file_of(path: str, place: int, student: str) -> Path:
    """The file of one student: sheet-03-ada-lovelace.html."""
    name = "-".join(re.findall(r"\w+", student.lower()))[:NAME_LETTERS]
    return Path(path).with_stem(f"{Path(path).stem}-{place:02}-{name}")


if __name__ == "__main__":
    main(prog_name="chalkgrad")
