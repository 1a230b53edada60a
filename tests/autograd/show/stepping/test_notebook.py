"""The stepper in notebooks: run live, exported, and opened again by someone who does not trust them."""

# ruff: noqa: F811 (fixtures are imported, and are arguments of the same name)

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.notebook, pytest.mark.browser]

CELL = """\
from autograd import Value
from autograd.show import steps
a = Value(3.0, label="a")
b = a + a; b.label = "b"
c = b + b; c.label = "c"
steps(c)
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory, environment):
    """A notebook that has been run: its outputs are in the file."""
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("nbconvert")
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    file = tmp_path_factory.mktemp("notebooks") / "passes.ipynb"
    nbformat.write(made, file)
    command = [sys.executable, "-m", "nbconvert", "--execute", "--inplace", "--to", "notebook", str(file)]
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=120)
    return file


@pytest.fixture
def tab(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    context.close()


def step_through(tab):
    """Go to the last step by the keyboard, and say what stands under a."""
    tab.locator(".cg-figure").first.focus()
    tab.keyboard.press("ArrowRight")
    assert tab.locator(".cg-controls input[type=range]").first.input_value() == "1"
    tab.keyboard.press("End")
    return tab.locator("g[data-part=n0] .cg-gradient text").first.inner_html()


def run_cell(tab, input_at):
    """Run the cell until the player is there: what is typed before the kernel has started may be lost."""
    for _ in range(6):
        tab.locator(input_at).first.click()
        tab.keyboard.press("Control+Enter")
        for _ in range(20):
            tab.wait_for_timeout(500)
            if tab.locator(".cg-player").count():
                tab.wait_for_timeout(1000)  # in which the cell takes the focus back
                return
    raise AssertionError("the cell has not been run")


def test_the_exported_notebook_steps(notebook, environment, tab):
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", str(notebook)],
        check=True, capture_output=True, env=environment, timeout=120,
    )  # fmt: skip
    tab.context.set_offline(True)
    tab.goto(notebook.with_suffix(".html").as_uri(), wait_until="domcontentloaded")
    assert step_through(tab) == "4"


#: Module, the page of a notebook, and in it an output, an input to click and a cell.
FRONTENDS = {
    "jupyterlab": ("lab/tree/passes.ipynb?reset", ".jp-RenderedHTMLCommon", ".jp-CodeCell .cm-content", ".jp-CodeCell"),
    "notebook": ("notebooks/passes.ipynb", ".jp-RenderedHTMLCommon", ".jp-CodeCell .cm-content", ".jp-CodeCell"),
    "nbclassic": ("nbclassic/notebooks/passes.ipynb", ".output_html", ".code_cell .CodeMirror", ".code_cell"),
}


@pytest.mark.parametrize("module", FRONTENDS)
def test_an_untrusted_notebook_keeps_the_picture_and_the_table_and_then_runs_live(
    module, notebook, environment, serving, tab
):
    pytest.importorskip(module)
    page, output_at, input_at, cell = FRONTENDS[module]
    with serving(notebook.parent, environment, module) as address:
        tab.goto(f"{address}/{page}")
        output = tab.locator(output_at)
        picture = output.locator("img")
        picture.wait_for()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
        assert picture.get_attribute("alt").startswith("The graph of c")
        assert "b + b" in output.locator("table").inner_text()
        assert tab.locator(".cg-player").count() == 0
        assert "cg-" not in output.inner_text() and "function" not in output.inner_text()

        run_cell(tab, input_at)
        assert step_through(tab) == "4"
        assert tab.locator(cell).count() == 1  # the arrows have moved the steps, and not the cells
