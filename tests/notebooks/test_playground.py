"""The playground in a real browser: as files, with the network cut, and from a server that goes away."""

import http.server
import threading
from functools import partial

import pytest
from playground_page import IDLE, LONG, READY, Quiet, run

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def tab(playground_folder, chromium):
    """The playground opened as a file, without a network; what goes wrong in it fails the test that is under way."""
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda message: message.type == "error" and page.troubles.append(message.text))
    page.goto((playground_folder / "playground" / "index.html").as_uri())
    page.wait_for_function(READY, timeout=LONG)
    yield page
    context.close()


@pytest.fixture(autouse=True)
def no_troubles(request):
    yield
    if "tab" in request.fixturenames:
        page = request.getfixturevalue("tab")
        troubles, page.troubles = page.troubles, []
        assert troubles == []


def look(page, view):
    page.click(f"[data-view={view}]")
    page.wait_for_function(IDLE)
    page.wait_for_function("byId('part').hidden || byId('part').textContent !== '…'")
    return page.locator("#part")


def test_an_expression_has_all_its_views(tab):
    """The issue's own example: dL/dw = −2(y − t)(1 − t²)x with t = tanh(wx + b)."""
    tab.select_option("#examples", label="A neuron and its loss")
    assert run(tab).endswith(" ms")
    assert "≈ −0.287" in look(tab, "derivation").inner_text()  # −2·0.1995·(1 − 0.8005²)·2 by a pocket calculator
    assert look(tab, "drawing").locator("img").evaluate("image => image.decode().then(() => image.naturalWidth > 300)")
    look(tab, "stepper")
    stepper = tab.frame_locator("#part iframe")
    stepper.get_by_role("button", name="Next step").click()
    look(tab, "practice")
    practice = tab.frame_locator("#part iframe")
    assert "= ?" in practice.locator("body").inner_text()
    practice.get_by_role("textbox").fill("12")
    practice.get_by_role("button", name="Check").click()
    assert "Not yet" in practice.get_by_role("status").first.inner_text()
    practice.get_by_role("textbox").fill("0.399")  # 2·(y − tanh(wx + b)), the first gradient on the way back
    practice.get_by_role("textbox").press("Enter")
    assert practice.get_by_role("status").first.inner_text().startswith("Right.")
    tab.click("[data-view=printed]")
    assert "agrees" in tab.inner_text("#printed")


def test_a_number_and_an_edit_are_computed_at_once(tab):
    tab.select_option("#examples", label="A neuron and its loss")
    run(tab)
    field = tab.locator("#inputs input").first
    field.fill("2,5")  # y
    field.press("Tab")
    tab.click("[data-view=derivation]")
    tab.wait_for_function("byId('part').textContent.includes('−3.40')")  # ∂L/∂y = 2·(2.5 − 0.8005)
    tab.evaluate("editor.setValue('L = w*x')")
    tab.wait_for_function("byId('part').textContent.includes('∂L/∂w = x')")
    times = []
    for k in range(2, 7):
        tab.evaluate("say('')")
        tab.evaluate(f"editor.setValue('L = w*x**{k}')")
        tab.wait_for_function("byId('status').textContent.endsWith(' ms')")
        times.append(int(tab.inner_text("#status").split()[0]))
    assert min(times) < 300


def test_an_example_chosen_while_another_runs_keeps_its_numbers_and_shows_nothing_of_the_other(tab):
    slow = "import time\nfrom autograd import Value\ntime.sleep(0.5)\nprint('late')\nx = Value(3.0)\nz = x*x"
    for kind, text in [("program", slow), ("expression", "+".join(f"{k}*x" for k in range(200)))]:
        tab.click(f"[data-kind={kind}]")
        tab.evaluate("text => editor.setValue(text)", text)
        tab.click("#run")
        tab.select_option("#examples", label="A quotient")
        tab.wait_for_function(IDLE)
        assert "Press Run" in tab.inner_text("#part") and tab.inner_text("#inputs") == ""
        assert "late" not in tab.inner_text("body")
        assert tab.evaluate("state.numbers") == {"x": 1.2}
    run(tab)
    assert tab.locator("#inputs input").input_value() == "1.2"
    tab.evaluate("run(); state.numbers.x = 4; run()")  # typed while it is computed
    tab.wait_for_function(f"{IDLE} && byId('inputs').querySelector('input').value === '4'")


def test_what_was_typed_of_one_kind_is_there_again_after_the_other(tab):
    run(tab, "expression", f"L = {'long' * 300}*x")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.click("[data-kind=expression]")
    tab.click("[data-kind=program]")
    tab.evaluate("editor.setValue('print(7)')")
    tab.click("[data-kind=expression]")
    assert tab.evaluate("editor.getValue()").startswith("L = longlong")
    tab.click("[data-kind=program]")
    assert tab.evaluate("editor.getValue()") == "print(7)"


def test_every_example_runs(tab):
    for place, title in enumerate(tab.evaluate("EXAMPLES.map(({title}) => title)")):
        tab.select_option("#examples", str(place))
        assert run(tab).endswith(" ms"), title
        assert look(tab, "drawing").locator("img").count() == 1, title
        assert look(tab, "stepper").locator("iframe").count() == 1, title


@pytest.mark.parametrize(
    ("kind", "text", "said", "place"),
    [
        ("expression", "L = (y - tanhh(w*x", "tanhh is not a function here; did you mean tanh", {"line": 0, "ch": 9}),
        ("expression", "a = x*2;\nL = a +* 3", "line 2", {"line": 1, "ch": 7}),
        ("program", "def f(:\n    pass", "SyntaxError", {"line": 0, "ch": 6}),
        ("program", "x = 1\nimport numpy", "nothing else can be imported", {"line": 1, "ch": 0}),
        ("program", "x = 1\n\ny = x / 0", "line 3: ZeroDivisionError", {"line": 2, "ch": 4}),
        ("program", "from autograd import Value\nValue(-1.0).log()", "line 2: DomainError", {"line": 1, "ch": 0}),
        ("program", "name = input('Who? ')", "nobody can be asked here", {"line": 0, "ch": 7}),
        (
            "program",
            "import asyncio\nasyncio.run(asyncio.sleep(0))",
            "nothing can be waited for here",
            {"line": 1, "ch": 0},
        ),
        ("program", "while True:\n    print('endless')", "printed more than 20,000 characters", {"line": 1, "ch": 4}),
    ],
)
def test_mistakes_are_said_and_marked_where_they_are(tab, kind, text, said, place):
    assert said in run(tab, kind, text)
    assert tab.evaluate("(({line, ch}) => ({line, ch}))(mark.find().from)") == place
    assert run(tab, "expression", "L = w*x").endswith(" ms")


def test_a_program_without_an_end_is_stopped_and_the_page_goes_on(tab):
    tab.click("[data-kind=program]")
    tab.evaluate("editor.setValue('while True: pass')")
    tab.click("#run")
    tab.wait_for_function("runtime.busy")
    tab.click("#stop")
    tab.wait_for_function(READY, timeout=LONG)
    assert tab.inner_text("#printed") == "stopped"  # which the line does not say any more
    endless = "{ kind: 'program', text: 'while True: pass', numbers: {}, view: 'stepper' }"
    tab.evaluate(f"runtime.ask({endless}, 300).catch((error) => say(error.message)).then(() => undefined)")
    tab.wait_for_function("byId('status').textContent.includes('stopped after 0.3 s')", timeout=LONG)
    tab.wait_for_function(READY, timeout=LONG)
    assert run(tab, "expression", "L = w*x").endswith(" ms")


def test_what_a_program_alters_is_as_before_for_the_next(tab):
    spoiled = "from autograd import Value\nValue.__add__ = lambda a, b: a\nx = Value(2.0)\ny = (x + 1.0) * x"
    assert "The program changed autograd.value.Value.__add__" in run(tab, "program", spoiled)
    assert run(tab, "program", "from autograd import Value\nprint((Value(2.0) + 1.0).data)").endswith(" ms")
    assert tab.inner_text("#printed") == "3.0\n"


def test_stop_before_python_is_ready_leaves_a_page_that_runs(tab):
    tab.evaluate("runtime.restart()")
    tab.click("#run")
    tab.click("#stop")
    tab.wait_for_function("!running")
    tab.wait_for_function(READY, timeout=LONG)
    assert run(tab, "expression", "L = w*x").endswith(" ms")


def test_a_million_nodes(tab):
    run(tab, "program", "from autograd import Value\nv = Value(1.0)\nfor _ in range(500_000): v = v + 1.0")
    assert "1,000,001 nodes" in tab.inner_text("#printed")
    assert run(tab, "expression", "L = w*x").endswith(" ms")


def test_a_shared_program_waits_and_its_markup_is_text(tab, playground_folder):
    address = (playground_folder / "playground" / "index.html").as_uri()
    hostile = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    program = f"from autograd import Value\nprint({hostile!r})\nx = Value(2.0, label={hostile!r})\nL = x*x"
    tab.evaluate("given => { location.hash = new URLSearchParams(given) }", {"kind": "program", "text": program})
    tab.wait_for_function("editor.getValue().includes('onerror')")
    tab.wait_for_timeout(400)
    assert "onerror" not in tab.inner_text("#printed")  # nothing has run
    assert run(tab).endswith(" ms")
    for view in ("derivation", "drawing", "stepper", "practice"):
        look(tab, view)
        tab.wait_for_timeout(200)
    tab.click("[data-view=printed]")
    assert hostile in tab.inner_text("#printed")
    assert "taken" not in tab.title()
    shared = tab.evaluate("address()")
    other = tab.context.new_page()
    other.goto(address + shared)
    assert other.evaluate("editor.getValue()") == program
    other.close()


def test_it_fits_a_telephone_and_is_dark_in_the_dark(tab):
    tab.set_viewport_size({"width": 360, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    tab.set_viewport_size({"width": 1280, "height": 900})
    colour = "getComputedStyle(document.body).backgroundColor"
    tab.emulate_media(color_scheme="light")
    light = tab.evaluate(colour)
    tab.emulate_media(color_scheme="dark")
    assert tab.evaluate(colour) != light
    tab.emulate_media(color_scheme="light")


def test_axe_finds_no_serious_fault(tab):
    from tools.npm import AXE, folder_of

    tab.evaluate((folder_of(AXE) / "axe.min.js").read_text(encoding="utf-8"))
    run(tab, "expression", "L = w*x")
    for view in ("derivation", "drawing", "printed"):
        look(tab, view)
        found = tab.evaluate("axe.run(document, {iframes: false, preload: false})")["violations"]
        assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []


def test_a_browser_without_web_assembly_has_the_film(playground_folder, chromium):
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.add_init_script("delete globalThis.WebAssembly")
    page.goto((playground_folder / "playground" / "index.html").as_uri())
    assert "no WebAssembly" in page.inner_text("#status")
    assert page.is_visible("#film") and page.is_disabled("#run")
    assert page.locator("#film img").evaluate("image => image.decode().then(() => image.naturalWidth > 300)")
    context.close()


@pytest.fixture
def served(playground_folder):
    """The address of the playground on a server, and the server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(playground_folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/playground/index.html", server
    server.shutdown()
    server.server_close()
    thread.join()


SPOILED = "caches.open(Memory.CACHE).then((c) => c.keys().then(([name]) => c.put(name, new Response('?'))))"


def test_another_visit_starts_from_the_memory_of_the_first_and_draws_other_numbers(served, chromium):
    context, printed = chromium.new_context(), []
    for visit in ("new", "kept", "kept", "spoiled"):
        page = context.new_page()
        page.goto(served[0])
        if visit == "spoiled":
            page.evaluate(SPOILED)
            page.reload()
        page.wait_for_function(READY, timeout=LONG)
        assert page.evaluate("runtime.snapshot !== undefined") == (visit == "kept")
        assert run(page, "program", "import random\nprint(random.random())").endswith(" ms")
        printed.append(page.inner_text("#printed"))
        page.wait_for_function(
            "caches.open(Memory.CACHE).then((kept) => kept.keys()).then(({ length }) => length === 1)"
        )
        page.close()
    assert len(set(printed)) == 4
    context.close()


def test_after_the_first_visit_it_works_without_the_server(served, chromium):
    address, server = served
    context = chromium.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(READY, timeout=LONG)
    kept = "caches.open('chalkgrad-playground').then((kept) => kept.match(location.pathname)).then(Boolean)"
    page.wait_for_function(kept)  # though the worker that keeps it began after the page was fetched
    server.shutdown()
    server.server_close()
    context.set_offline(True)
    page.reload()
    page.wait_for_function(READY, timeout=LONG)
    assert run(page, "expression", "L = w*x").endswith(" ms")
    context.close()
