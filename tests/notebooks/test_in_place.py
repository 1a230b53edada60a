"""Exercises solved on a page of the course, in a real browser: as files with the network cut, and from a server."""

import http.server
import threading
from functools import partial

import pytest
from playground_page import LONG, Quiet

pytest.importorskip("nbformat")

from tools.answers import answers_to
from tools.exercises import SOLUTION
from tools.files import notebooks, read, tagged
from tools.needs import parts

pytestmark = [pytest.mark.browser]

OWN_ENGINE, FIRST = "11-write-your-own-engine", "01-a-number-that-remembers"


@pytest.fixture(scope="module")
def course(site_folder):
    if not (site_folder / "runtime").is_dir():
        pytest.skip("the packages of the runtime cannot be had")
    return site_folder / "course"


def opened(chromium, address, **options):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, **options)
    page = context.new_page()
    page.set_default_timeout(LONG)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda message: message.type == "error" and page.troubles.append(message.text))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address)
    return page


@pytest.fixture(scope="module")
def page(course, chromium):
    """The page of notebook 11 as a file, without a network."""
    page = opened(chromium, (course / f"{OWN_ENGINE}.html").as_uri(), offline=True)
    assert page.evaluate("[...document.scripts].every(({ src }) => !/pyodide|codemirror/.test(src))")
    yield page
    assert page.troubles == []
    page.context.close()


def run(page, cell, code=None, stop=False):
    """Type into a cell, run it, and wait for its end: what its line says."""
    if code is not None:
        if cell.get_by_role("button", name="Edit").is_visible():
            cell.get_by_role("button", name="Edit").press("Enter")
        cell.locator(".CodeMirror").evaluate("(editor, code) => editor.CodeMirror.setValue(code)", code)
    cell.evaluate("cell => cell.removeAttribute('aria-busy')")
    cell.get_by_role("button", name="Run").press("Enter")
    if stop:
        cell.get_by_text("running …").wait_for()
        cell.get_by_role("button", name="Stop").press("Enter")
    page.wait_for_function("cell => cell.ariaBusy === 'false'", arg=cell.element_handle())
    return cell.locator(".in-place [role=status]").inner_text()


def exercise(page, number):
    cell = page.locator("div.cell.tag_exercise").nth(number - 1)
    return cell, page.locator("div.cell.tag_check").nth(number - 1).locator(".cell_output")


def solutions(stem):
    (path,) = (path for path in notebooks() if path.stem == stem)
    return [SOLUTION.search(cell.source)[1] for cell in tagged(read(path), "solution")], answers_to(path)


def test_an_engine_is_written_on_the_page(page):
    """Exercises build on each other; what is wrong gets its hint, and what is right is praised."""
    right, others = solutions(OWN_ENGINE)
    cell, verdict = exercise(page, 3)
    assert run(page, cell) == "" and verdict.inner_text().startswith("✗ not yet")  # the others run first, as they stand
    for number, solution in enumerate(right, start=1):
        cell, verdict = exercise(page, number)
        wrong = next(answer for answer in others if answer.exercise == number and answer.name == "nan")
        run(page, cell, wrong.code)
        assert verdict.inner_text().startswith("✗"), number
        run(page, cell, solution)
        assert verdict.inner_text().startswith("✓"), number
    page.get_by_role("button", name="As it was: exercise 1").press("Enter")
    cell, verdict = exercise(page, 2)
    run(page, cell)
    assert verdict.inner_text().startswith("✗")  # since what it needs is as it was, and has run again


def test_errors_say_the_line_and_the_cell(page):
    cell, verdict = exercise(page, 1)
    run(page, cell, "x = 1\ny = x / 0")
    assert cell.locator("pre.ran").inner_text() == "line 2: ZeroDivisionError: division by zero"
    assert cell.locator(".fault").first.is_visible() and "ends with an error" in verdict.inner_text()
    run(page, cell, "class Value(:")
    assert cell.locator("pre.ran").inner_text().startswith("line 1: SyntaxError")
    later, _ = exercise(page, 2)
    run(page, cell, "class Value:\n    pass\nraise ValueError('<b>mine</b>')")
    assert run(page, later, "Value(1.0)") == "A cell that this one needs ended with an error."
    assert later.locator("pre.ran").inner_text() == "line 3 of exercise 1: ValueError: <b>mine</b>"
    run(page, cell, "import numpy")
    assert "nothing else can be imported" in cell.locator("pre.ran").inner_text()


def test_a_loop_without_an_end_is_stopped_and_the_page_goes_on(page):
    right, _ = solutions(OWN_ENGINE)
    cell, verdict = exercise(page, 1)
    assert run(page, cell, "while True: pass", stop=True).startswith("stopped")
    assert "did not come to an end" in verdict.inner_text()
    cell.get_by_role("button", name="As it was").press("Enter")
    run(page, cell, right[0])
    assert verdict.inner_text().startswith("✓")


def test_the_keyboard_is_enough(page):
    cell, verdict = exercise(page, 1)
    run(page, cell, "class Value: pass")
    cell.locator(".CodeMirror").evaluate("editor => editor.CodeMirror.focus()")
    cell.evaluate("cell => cell.removeAttribute('aria-busy')")
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("cell => cell.ariaBusy === 'false'", arg=cell.element_handle())
    assert "✗" in verdict.inner_text()


def test_the_page_with_its_editor_fits_a_telephone_and_axe_finds_no_serious_fault(page):
    from tools.npm import AXE, folder_of

    page.evaluate((folder_of(AXE) / "axe.min.js").read_text(encoding="utf-8"))
    for dress in ("light", "dark"):
        page.emulate_media(color_scheme=dress)
        found = page.evaluate("axe.run('article', { iframes: false, preload: false })")["violations"]
        assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 900})


def test_drawings_and_steppers_stand_in_place_from_a_server_too(course, chromium):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(course.parent)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = opened(chromium, f"http://127.0.0.1:{server.server_port}/course/{FIRST}.html")
    drawn = page.locator("div.cell.tag_runs", has_text="draw(").first
    run(page, drawn)
    assert drawn.locator(".cell_output img").evaluate("image => image.decode().then(() => image.naturalWidth > 100)")
    stepped = page.locator("div.cell.tag_runs", has_text="steps(").first
    run(page, stepped)
    stepped.frame_locator("iframe").get_by_role("button", name="Next step").click()
    cell, verdict = exercise(page, 3)
    run(page, cell, solutions(FIRST)[0][2])
    assert verdict.inner_text().startswith("✓")
    cell, _ = exercise(page, 2)
    run(page, cell, "from pyodide.code import run_js\nrun_js('fetch(\"/course/index.html\")')\nrun_js('indexedDB')")
    assert "indexedDB is not defined" in cell.locator("pre.ran").inner_text()
    assert page.evaluate("Object.keys(localStorage)") == []
    page.context.close()
    server.shutdown()
    server.server_close()


#: Runs a check with all that it needs, in a Python to which the notebook is new, and gives what was printed last.
JUDGED = """async ({ texts, place }) => {
  const anew = "import sys\\nsys.modules.pop('cells', None)";
  await asked.ask({ kind: "program", text: anew, numbers: {}, view: "" }, 9000);
  const ask = (kind, place, whole = false) => asked.ask({ to: "cells", kind, texts, place, whole }, 9000);
  let last;
  for (const one of (await ask("plan", place)).order) last = await ask("run", one);
  return last.shown.map(({ text }) => text).join("\\n");
}"""


def test_an_exercise_of_each_notebook_is_judged_by_the_python_of_a_page(course, chromium):
    page = opened(chromium, (course / f"{FIRST}.html").as_uri(), offline=True)
    runtime = course.parent / "runtime"
    for script in [runtime / "runtime.js", *sorted(runtime.glob("*.*.js"))]:
        page.add_script_tag(url=script.as_uri())
    page.evaluate("globalThis.asked = new Runtime(() => {}); asked.ready")
    judged = set()
    for path in notebooks():
        code = [cell for cell in read(path).cells if cell.cell_type == "code"]
        texts = [cell.source for cell in code]
        exercises = [place for place, cell in enumerate(code) if "exercise" in cell.metadata.get("tags", ())]
        number = next((n for n, place in enumerate(exercises) if parts(texts)[place + 1].whole), None)
        if number is None:
            continue
        right, others = solutions(path.stem)
        wrong = next(answer.code for answer in others if answer.exercise == number + 1 and not answer.right)
        for sign, answer in (("✗", wrong), ("✓", right[number])):
            texts[exercises[number]] = answer
            said = page.evaluate(JUDGED, {"texts": texts, "place": exercises[number] + 1})
            assert said.startswith(sign), (path.stem, said)
        judged.add(path.stem[:2])
    assert len(judged) == 11  # of the other one, no exercise runs on a page
    page.context.close()
