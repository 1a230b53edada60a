"""The folder that a training leaves: a page to look at, the model, the history, the pictures.

report.html   model.json   history.csv   summary.json   learning_curves.svg …
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograd import __version__
from autograd.show import draw
from nn import metrics, plots
from nn.app.experiment import Run, prepared
from nn.app.film import film
from nn.app.judging import TITLES, figure_text
from nn.app.report_folder import ReportFolder
from nn.app.what_if import what_if
from nn.basics.optional import require
from nn.data.messages import DataError
from nn.plots.look import to_svg
from nn.training.interrupt import Interruption

MOST_SAMPLES_DRAWN = 3000
FILM_RESOLUTION = 36  # points of a frame's grid in each direction, where every point is asked of the network


def write_report(
    run: Run,
    folder: str | Path | ReportFolder,
    command: Iterable[str] = (),
    snapshots: Mapping[int, Mapping[str, float]] | None = None,
) -> Path:
    """Write the report of a training into a folder, the model first, and return the path of its page.

    Args:
        run: what `experiment` returned.
        folder: is made if it is not there. Of what is in it only an earlier report is replaced; if something else
            is in the way, or another process at work, the report goes into a folder beside it, or, on a full disk, one
            for temporary files.
        command: the words of the command line that made it.
        snapshots: weights by epoch (`Snapshots.kept`); of two inputs and some classes the page has a film then.

    Without a page, because it could not be drawn or written, that of the model, and there is a warning.
    """
    outcome = summary(run)
    result = {"model.json": run.trained.text(), "history.csv": run.history.csv()}
    place = folder if isinstance(folder, ReportFolder) else ReportFolder(folder)
    with place.free_one() as free:
        with Interruption():  # Ctrl-C waits until the model is there
            place = put_somewhere(free, {}, result, outcome)
        try:
            pictures = {name: to_svg(figure) for name, figure in figures_of(run).items()}
            network = network_picture(run)
            if network is not None:
                pictures["network"] = network
            page = report_page(run, pictures, command, film_of(run, snapshots or {}))
            drawn = {f"{name}.svg": svg for name, svg in pictures.items()}
            place = put_somewhere(place, result, {**drawn, "report.html": page}, outcome)
        except (Exception, KeyboardInterrupt) as error:  # whatever a picture dies of, the model is there
            model = place.path / "model.json"
            why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            warnings.warn(f"there is no page, because of {why}; {model} is whole", stacklevel=2)
            return model
    return place.path / "report.html"


def put_somewhere(
    place: ReportFolder, before: Mapping[str, str], files: Mapping[str, str], outcome: Mapping[str, Any]
) -> ReportFolder:
    """Put what must not be lost into a folder or, if that is not possible any more, with all before it into another."""
    try:
        place.put(files, outcome, anew=not before)
    except (OSError, DataError) as error:
        elsewhere = ReportFolder(tempfile.mkdtemp(prefix="chalkgrad-"))
        try:
            elsewhere.put({**before, **files}, outcome, anew=True)
        except OSError:
            shutil.rmtree(elsewhere.path, ignore_errors=True)
            raise
        warnings.warn(f"{place.path} cannot be written to ({error}); the report is in {elsewhere.path}", stacklevel=3)
        return elsewhere
    return place


@contextlib.contextmanager
def destination(folder: str | Path, reads: Iterable[str | Path] = ()) -> Iterator[ReportFolder]:
    """A folder for a report, reserved before anything is trained: nothing will be lost in it, and nothing lacks.

    Args:
        folder: where; it is made.
        reads: files that are read, and so are not replaced.

    Raises:
        DataError: if no report can be put there, and what to do.
        ModuleNotFoundError: if a package for it is not installed.
    """
    place = ReportFolder(folder, reads)
    with place.reserved():
        for package in ("jinja2", "markupsafe", "matplotlib"):
            require(package)
        yield place


# ── Words and numbers ───────────────────────────────────────────────────────────────────────────────────────────


def summary(run: Run) -> dict[str, Any]:
    """What came out, for programs."""
    return {
        "data": run.data.name,
        "task": run.data.task,
        "rows": {name: len(part) for name, part in run.parts.items()},
        "epochs": run.history.epochs,
        "best_epoch": run.history.best_epoch,
        "kept_epoch": run.history.kept_epoch,
        "stop": run.history.stop,
        "seconds": round(run.seconds, 3),
        "engine": run.engine,
        "figures": run.figures,
        "baseline": dict([run.baseline]),
        "settings": {**vars(run.settings)},
        "notes": list(run.notes),
    }


def report_page(run: Run, pictures: dict[str, str], command: Iterable[str], film: str = "") -> str:
    """The report as one page that needs nothing else."""
    jinja = require("jinja2")
    environment = jinja.Environment(
        loader=jinja.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja.StrictUndefined,
    )
    environment.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    judged = "test" if "test" in run.figures else next(reversed(run.figures))
    columns = list(run.figures[judged])
    named = [name for name in columns if name != "loss"]
    tiles = [
        {"number": figure_text(run.figures[judged], name), "label": f"{judged} {TITLES[name]}"} for name in named[:2]
    ]
    parameters = len(run.trained.model.parameters())
    tiles += [
        {"number": f"{parameters:,}", "label": "parameters"},
        {"number": f"{run.history.epochs}", "label": "epochs"},
        {"number": duration(run.seconds), "label": "of training"},
    ]
    expected = "learning_curves decision_boundary confusion predicted_versus_true weights network".split()
    html: str = environment.get_template("report.html.jinja").render(
        title=run.data.name.replace("_", " "),
        description=run.data.description,
        source=run.data.source,
        verdict=run.data.verdict,
        rows=f"{len(run.data):,}",
        inputs=run.trained.prepare.inputs,
        tiles=tiles,
        pictures={name: require("markupsafe").Markup(pictures.get(name, "")) for name in expected},
        film=require("markupsafe").Markup(film),
        what_if=require("markupsafe").Markup(what_if(run)),
        epochs=run.history.epochs,
        best_epoch=run.history.best_epoch if "validation" in run.figures else None,
        seconds=duration(run.seconds),
        stop=run.history.stop,
        parts={name: len(part) for name, part in run.parts.items()},
        columns=[TITLES[name] for name in columns],
        figures=[
            (name, len(run.parts[name if name in run.parts else judged]), [figure_text(row, c) for c in columns])
            for name, row in run.table.items()
        ],
        by_class=class_rows(run),
        summary=run.trained.model.summary(),
        image=run.data.grid is not None,
        notes=run.notes,
        settings=[*((name.replace("_", " "), setting(value)) for name, value in vars(run.settings).items()),
                  ("gradients", run.engine)],
        command=shlex.join(command) or "chalkgrad train …",
        version=__version__,
    )  # fmt: skip
    return html


def setting(value: Any) -> str:
    """A setting for people."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "all" if value is None else str(value)


def duration(seconds: float) -> str:
    """A time for people."""
    return f"{seconds:.1f} s" if seconds < 120.0 else f"{seconds / 60.0:.0f} min"


def class_rows(run: Run) -> list[dict[str, Any]]:
    """Precision, recall and F₁ of each class on the test set; none for a regression."""
    classes = run.data.classes
    if not classes or "test" not in run.figures:
        return []
    found, targets = test_classes(run)
    rows = metrics.by_class(found, targets, range(len(classes)))
    return [
        {"name": name, "samples": int(row["samples"])}
        | {key: f"{row[key]:.3f}" for key in ("precision", "recall", "f1")}
        for name, row in zip(classes, rows, strict=True)
    ]


def test_classes(run: Run) -> tuple[list[int], list[int]]:
    """The class that was found for each test sample, and the true one, as indices."""
    index = {name: i for i, name in enumerate(run.data.classes)}
    return [index[name] for name in run.test_answers], list(run.parts["test"].targets)


# ── Pictures ────────────────────────────────────────────────────────────────────────────────────────────────────


def figures_of(run: Run) -> dict[str, Any]:
    """The pictures of a run, by the names of their files."""
    trained, data = run.trained, run.data
    pictures: dict[str, Any] = {}
    if run.history.epochs:  # a training that diverged at once has no curves
        pictures["learning_curves"] = plots.learning_curves(run.history)
    if in_the_plane(run):
        pictures["decision_boundary"] = boundary(run)()
    if "test" in run.figures:
        if data.classes:
            found, targets = test_classes(run)
            matrix = metrics.confusion_matrix(found, targets, range(len(data.classes)))
            pictures["confusion"] = plots.confusion(matrix, data.classes, title="")
        else:
            pictures["predicted_versus_true"] = plots.predicted_versus_true(
                run.test_answers, run.parts["test"].targets, name=data.target
            )
    pictures["weights"] = plots.weights(
        trained.model.layers[0], inputs=trained.prepare.inputs, grid=data.grid, title=""
    )
    return pictures


def in_the_plane(run: Run) -> bool:
    """Whether classes are told apart by two numbers."""
    prepare = run.trained.prepare
    return len(prepare.numbers) == 2 and not prepare.categories and bool(run.data.classes)


def film_of(run: Run, snapshots: Mapping[int, Mapping[str, float]]) -> str:
    """How the line between the classes moved during training; "" if there is no such line to see."""
    if not in_the_plane(run) or len(snapshots) < 2:
        return ""
    return film(run.trained.model, snapshots, run.history, boundary(run, FILM_RESOLUTION))


def boundary(run: Run, resolution: int = 72) -> Callable[[], Any]:
    """What draws the plane of the two inputs, in their own units, as the network divides it when it is called."""
    trained, data = run.trained, run.data
    names = trained.prepare.numbers
    points = list(zip(*(data.table.numbers(name) for name in names), strict=True))[:MOST_SAMPLES_DRAWN]
    head = trained.head
    show = plots.boundary_on(
        [list(point) for point in points],
        [head.codes[target] for target in data.targets[: len(points)]],
        decision=head.decision,
        classes=data.classes,
        names=names,
        resolution=resolution,
    )
    inputs: list[Any] = []  # of the grid, which is the same for all networks

    def outputs(grid: list[list[float]]) -> list[list[float]]:
        if not inputs:
            inputs.append(trained.prepare.input_array([dict(zip(names, point, strict=True)) for point in grid]))
        return trained.model.predict(inputs[0])

    return lambda: show(outputs)


def network_picture(run: Run) -> str | None:
    """The graph of one sample, folded into neurons or, where they are many, into layers; None if it cannot be drawn."""
    model = run.trained.model
    inputs, (target,) = prepared(run.parts["train"].take([0]), run.trained.prepare, run.trained.head)
    loss = run.trained.loss(model(inputs[0].tolist()), target.item())
    loss.label = "L"
    loss.backward()
    detail, direction = ("neurons", "LR") if sum(model.sizes) <= 12 else ("layers", "TB")
    try:
        svg: str = draw(loss, detail=detail, direction=direction).pipe(format="svg", encoding="utf-8")
        return svg[svg.index("<svg") :]
    except (RuntimeError, ValueError) as error:  # no Graphviz program: everything else is worth having without it
        warnings.warn(f"the report has no picture of the network: {error}", stacklevel=2)
        return None
    finally:
        model.zero_grad()
