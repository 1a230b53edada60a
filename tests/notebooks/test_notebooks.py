"""The course: every notebook is what a fresh run gives, its exercises can be solved, and it works in real pages."""

# ruff: noqa: F811 (fixtures are imported, and are arguments of the same name)

import base64
import doctest
import io
import re
import shutil

import pytest

pytest.importorskip("nbclient")
pytest.importorskip("latex2mathml")

import nbformat
from click.testing import CliRunner
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course import checked, main
from tools import answers, comparing, mathml
from tools.answers import answers_to, faults_of_choice, faults_of_verdicts, parsed, tried
from tools.exercises import faults_of_answers, faults_of_form
from tools.files import FOLDER, cleaned, notebooks, read, written
from tools.form import faults
from tools.running import executed
from tools.site import docstrings, entries, sources

pytestmark = pytest.mark.notebook

COURSE = notebooks()
each_notebook = pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)


@each_notebook
def test_what_is_stored_is_what_a_fresh_run_gives_and_the_exercises_can_be_solved(path):
    assert checked(path) == []


# ── In JupyterLab ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def lab(tmp_path_factory, environment, serving):
    """The address of a JupyterLab that serves a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("course")
    for path in COURSE:
        shutil.copy(path, folder)
    shutil.copytree(FOLDER / "data", folder / "data")
    with serving(folder, environment) as address:
        yield address


@pytest.mark.browser
@each_notebook
def test_it_runs_and_steps_in_jupyterlab(path, lab, chromium):
    tab = chromium.new_page(viewport={"width": 1280, "height": 1000})
    tab.set_default_timeout(60_000)
    tab.goto(f"{lab}/lab/tree/{path.name}?reset")
    tab.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    promised(tab, "jupyterapp.shell.currentWidget.sessionContext.ready")
    for command in ("clear-all-cell-outputs", "show-all-cell-code", "show-all-cell-outputs"):  # some are folded
        promised(tab, f"jupyterapp.commands.execute('notebook:{command}')")
    assert promised(tab, "jupyterapp.commands.execute('notebook:run-all-cells')") is True
    codes = [cell for cell in read(path).cells if cell.cell_type == "code"]
    prompts = tab.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    assert prompts == [f"[{count}]:" for count in range(1, len(codes) + 1)]
    kinds = "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type='application/vnd.jupyter.error']"
    assert tab.locator(kinds).all_inner_texts() == []
    shown = tab.locator(".cg-player")
    assert shown.count() == sum("data-chalkgrad" in str(cell.outputs) for cell in codes)
    for player in shown.all():
        click_through(player)
    promised(tab, "jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    tab.close()


def promised(tab, promise, seconds=120):
    """What a promise brings, if it does so in time."""
    late = f"new Promise((_, fail) => setTimeout(() => fail(Error('late')), {1000 * seconds}))"
    return tab.evaluate(f"Promise.race([{promise}, {late}])")


def click_through(player):
    """Two steps on, one back, and to the end, by the buttons; on a page to practise on, an answer."""
    if player.locator(".cg-answer").count():
        player.locator(".cg-answer input").fill("12345.6")
        player.locator(".cg-answer input").press("Enter")
        player.locator(".cg-hints li").first.wait_for(timeout=15_000)
        return
    place = player.locator(".cg-controls input[type=range]")
    begin = int(place.input_value())
    for button, expected in (("Next step", 1), ("Next step", 2), ("Previous step", 1)):
        player.get_by_role("button", name=button).click()
        assert int(place.input_value()) == begin + expected
    player.get_by_role("button", name="Last step").click()
    assert place.input_value() == place.get_attribute("max")


# ── The way there, and formulas ─────────────────────────────────────────────────────────────────────────────────


def test_the_readme_leads_to_the_course_and_that_to_every_notebook():
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert f"bin/jupyter lab notebooks/{COURSE[0].name}\n" in readme
    course = (FOLDER / "site/course/index.md").read_text(encoding="utf-8")
    for path in COURSE:
        title = re.match(r"# \d+\. (.+)", read(path).cells[0].source)[1]
        assert f"[{title}]({path.name})" in course


def test_a_formula_that_no_page_can_show_is_refused():
    with pytest.raises(ValueError, match="foo"):
        mathml.mathml(r"\foo x")


@pytest.mark.parametrize("latex", [r"a &= b \\[1ex] c &= d", r"a & \\ c &", r"\displaystyle a & b \\ c & d"])
def test_a_formula_keeps_its_rows(latex):
    made = mathml.mathml(rf"\begin{{aligned}}{latex}\end{{aligned}}", "block")
    assert made.count("<mtr>") == 2 and made.count("<mi>") >= 2 and "ex" not in made.replace("prefix", "")


# ── The checks are checked ──────────────────────────────────────────────────────────────────────────────────────


def test_the_examples():
    for module in (answers, comparing, mathml, docstrings, entries, sources):
        assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def drawn(height):
    """A figure of a line that rises to that height, as PNG in base64."""
    pyplot = pytest.importorskip("matplotlib.figure")
    figure = pyplot.Figure(figsize=(4, 3))
    figure.subplots().plot([0.0, height], color="black", linewidth=6)
    figure.axes[0].set_ylim(0.0, 10.0)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return base64.b64encode(buffer.getvalue()).decode()


def shown(kind, content):
    """A notebook of one cell that shows that."""
    output = new_output("display_data", {kind: content})
    return new_notebook(cells=[new_code_cell("pass", id="cell", outputs=[output])])


@pytest.mark.parametrize(
    "kind, old, new, differs",
    [
        ("text/plain", "0.599", "0.598", True),
        ("text/latex", "$0.599$", "$0.598$", True),
        ("text/html", '<b data-mark="a1">2</b>', '<b data-mark="b2">2</b>', False),
        ("text/html", '<b data-mark="a1">2</b>', '<b data-mark="a1">3</b>', True),
        ("image/svg+xml", '<svg><text x="1">2</text></svg>', '<svg><text x="2">2</text></svg>', False),
        ("image/svg+xml", '<svg><text x="1">2</text></svg>', '<svg><text x="1">3</text></svg>', True),
        ("image/png", drawn(9), drawn(9), False),
        ("image/png", drawn(9), drawn(3), True),
    ],
)
def test_a_difference_is_found(kind, old, new, differs):
    assert bool(comparing.differences(shown(kind, old), shown(kind, new))) is differs
    embedded = [
        f'<img src="data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode()}">' for text in (old, new)
    ]
    if kind == "image/svg+xml":
        assert bool(comparing.differences(*(shown("text/html", text) for text in embedded))) is differs


def test_a_figure_in_which_something_cannot_be_seen_stops_a_notebook():
    cut = """\
from nn.plots.look import new_axes, new_figure
figure = new_figure(3, 2)
new_axes(figure, 1, 1)[0].bar(["a", "b"], [1.0, 2.0])
figure.axes[0].set_ylim(0.0, 1.5)
figure
"""
    notebook = new_notebook(cells=[new_code_cell(cut, id="cut")])
    with pytest.raises(CellExecutionError, match="a bar at .* is not inside its axes"):
        executed(notebook)
    assert len(executed(notebook, look=False)[0].cells[0].outputs) == 1


def test_a_notebook_that_is_not_there_is_named():
    result = CliRunner().invoke(main, ["check", "99"])
    assert result.exit_code == 2
    assert "there is no notebook 99, only 01, 02" in result.output


def test_a_notebook_that_was_run_elsewhere_is_found(tmp_path):
    elsewhere = tmp_path / COURSE[0].name
    stored = read(COURSE[0])
    stored.metadata["language_info"]["version"] = "3.11.7"
    elsewhere.write_text(nbformat.writes(stored), encoding="utf-8")
    assert any("course.py run" in fault for fault in faults(elsewhere, read(elsewhere)))
    elsewhere.write_text(written(stored), encoding="utf-8")
    assert faults(elsewhere, read(elsewhere)) == []


def test_pixels_beside_an_svg_are_not_compared():
    old, new = (shown("image/png", drawn(height)) for height in (9, 3))
    for notebook in (old, new):
        notebook.cells[0].outputs[0].data["image/svg+xml"] = "<svg><text>2</text></svg>"
    assert comparing.differences(old, new) == []


def test_a_notebook_that_raises_is_a_fault_among_others(monkeypatch):
    stored = read(COURSE[0])
    stored.cells[3].source = "1 / 0"
    monkeypatch.setattr("course.read", lambda path: stored)
    assert "ZeroDivisionError" in checked(COURSE[0])[-1]


def test_timings_may_differ_and_an_output_may_not_be_missing():
    old, new = shown("text/plain", "1 s"), shown("text/plain", "2 s")
    old.cells[0].metadata["tags"] = ["timing"]
    assert comparing.differences(old, new) == []
    del old.cells[0].metadata["tags"], old.cells[0]["outputs"][:]
    assert len(comparing.differences(old, new)) == 1


def exercises():
    """A notebook of two exercises."""
    cells = [new_markdown_cell("## Exercises", id="exercises")]
    for n in (1, 2):
        cells += [
            new_code_cell("x = ...", id=f"exercise-{n}", metadata={"tags": ["exercise"]}),
            new_code_cell('print("✓" if x == 2 else "✗ not yet")', id=f"check-{n}", metadata={"tags": ["check"]}),
            new_markdown_cell(
                "<details><summary>Solution</summary>\n\n```python\nx = 2\n```\n\nIt is two.\n\n</details>",
                id=f"solution-{n}",
                metadata={"tags": ["solution"]},
            ),
        ]
    return cleaned(new_notebook(cells=cells))


def test_exercises_are_solved_after_the_notebook_is_run():
    assert faults_of_form(exercises()) == []
    fresh, answers = executed(exercises())
    assert [cell.outputs[0].text for cell in fresh.cells if "check" in cell.id] == ["✗ not yet\n"] * 2
    assert answers == ["✓\n", "✓\n"]
    assert faults_of_answers(fresh, answers) == []
    assert [cell.execution_count for cell in fresh.cells if cell.cell_type == "code"] == [1, 2, 3, 4]


def test_an_exercise_that_its_solution_does_not_solve_is_found():
    fresh = exercises()
    for cell in fresh.cells:
        if "check" in cell.id:
            cell.outputs = [new_output("stream", name="stdout", text="✗ not yet\n")]
    assert faults_of_answers(fresh, ["✓\n", "✓\n"]) == []
    assert len(faults_of_answers(fresh, ["✓\n", "✗ no\n"])) == 1
    assert len(faults_of_answers(fresh, ["✓\nand more\n", "✓\n"])) == 1
    fresh.cells[3].source = "It is two."
    fresh.cells[4].source = "x = 2"
    assert len(faults_of_form(fresh)) == 2
    del fresh.cells[3]
    assert "exercise check exercise check solution" in " ".join(faults_of_form(fresh))


ANSWERS = """\
## Exercise 1

### right: as a float

```python
x = 2.0
```

### wrong: nan

```python
x = float("nan")
```

## Exercise 2

### wrong: it does not run

```python
x = 1 / 0
```
"""


def test_other_answers_are_tried_after_the_solutions():
    others = parsed(ANSWERS)
    assert [answer[:3] for answer in others] == [
        (1, True, "as a float"), (1, False, "nan"), (2, False, "it does not run"),
    ]  # fmt: skip
    stored = exercises()
    _, verdicts = executed(stored, tried(stored, others))
    assert verdicts == ["✓\n", "✓\n", "✓\n", "✗ not yet\n", "✗ not yet\n"]


@pytest.mark.parametrize(
    "right, said, fault",
    [
        (True, "✗ no", "right, but"),
        (False, "✓", "wrong, but"),
        (False, "", "wrong, but"),
        (False, "✗ no\nTraceback", "wrong, but"),
        (False, "✗ it is 0.25, and should be 0.25", "0.25 twice"),
    ],
)
def test_a_verdict_that_is_wrong_is_found(right, said, fault):
    answer = parsed(ANSWERS)[0]._replace(right=right)
    assert fault in faults_of_verdicts(new_notebook(), [answer], [said])[0]


def test_exercises_are_tried_on_right_answers_and_on_wrong_ones():
    assert len(faults_of_choice(2, parsed(ANSWERS))) == 2
    assert [path.name for path in COURSE if int(path.name[:2]) >= 6 and not answers_to(path)] == []


def test_a_warning_stops_a_notebook():
    with pytest.raises(CellExecutionError, match="RuntimeWarning(?s:.*)beware"):
        executed(new_notebook(cells=[new_code_cell('import warnings\nwarnings.warn("beware", RuntimeWarning)')]))


@pytest.mark.parametrize(
    "fault, spoil",
    [
        ("the first cell is", lambda cells: cells[0].update(source="# 1. Numbers\n\nNo question.")),
        ("links to", lambda cells: cells[0].update(source=cells[0].source + "[last](10-last.ipynb)")),
        ("is the answer", lambda cells: cells.pop()),
        ("holds the imports", lambda cells: cells[1].update(source=cells[1].source + "\nx = 1")),
        ("on stderr", lambda cells: cells[1].update(outputs=[new_output("stream", name="stderr", text="oh")])),
        ("words of its own", lambda cells: cells[1].update(id="0a1b2c3d")),
        ("one look", lambda cells: cells[3].update(source="import matplotlib.pyplot as plt")),
        ("was not run", lambda cells: cells[3].update(execution_count=None)),
        (
            "is folded",
            lambda cells: [cell.metadata.tags.remove("hide-input") for cell in cells if cell.id == "check-1"],
        ),
    ],
)
def test_a_fault_of_form_is_found(fault, spoil):
    stored = read(FOLDER / "01-a-number-that-remembers.ipynb")
    assert faults(COURSE[0], stored) == []
    spoil(stored.cells)
    assert any(re.search(fault, found) for found in faults(COURSE[0], stored))
