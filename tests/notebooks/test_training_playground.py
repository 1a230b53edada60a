"""The training playground in a real browser: as files, with the network cut."""

import pytest

from autograd import mean
from nn import MLP, losses

pytestmark = [pytest.mark.browser]

LONG = 60_000  # milliseconds in which a Python starts on a busy machine
LOSSES = {
    "cross_entropy": losses.binary_cross_entropy_with_logits,
    "squared_error": losses.residual_sum_of_squares,
    "hinge": losses.hinge,
}


@pytest.fixture(scope="module")
def tab(training_folder, chromium):
    """The page opened as a file, without a network; what goes wrong in it fails the test that is under way."""
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("console", lambda message: message.type == "error" and page.troubles.append(message.text))
    page.address = (training_folder / "training" / "index.html").as_uri()
    page.goto(page.address)
    page.wait_for_function("document.body.dataset.ready")
    yield page
    context.close()


@pytest.fixture(autouse=True)
def no_troubles(request):
    yield
    if "tab" in request.fixturenames:
        page = request.getfixturevalue("tab")
        troubles, page.troubles = page.troubles, []
        assert troubles == []


def begin(page, **settings):
    """Open the page's address with these settings."""
    page.evaluate(
        "given => { history.replaceState(null, '', '#' + new URLSearchParams(given)); open(); scrollTo(0, 0); }",
        {name: str(value) for name, value in settings.items()},
    )


def steps(page, count):
    """So many steps of training at once; the loss and the share of right answers then."""
    page.evaluate("count => { for (let step = 0; step < count; step++) if (!stepOnce()) break; }", count)
    return page.evaluate("trainer.measured().train")


def test_two_spirals_are_learned_from_a_fixed_seed_to_the_last_bit(tab):
    chosen = {"data": "spirals", "layers": 2, "width": 16, "batch": 20, "seed": 4}
    begin(tab, **chosen)
    assert tab.evaluate("trainer.measured().train.accuracy") < 0.8
    first = steps(tab, 1200)
    assert first["accuracy"] > 0.95
    assert tab.evaluate("trainer.measured().test.accuracy") > 0.9
    assert tab.evaluate("trainer.epoch") == 150  # of 160 samples, in steps of 20
    begin(tab, **chosen)
    assert steps(tab, 1200) == first


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("activation", "layers"), [("tanh", 0), ("silu", 1), ("relu", 2), ("sigmoid", 3)])
def test_loss_and_gradient_are_those_of_nn(tab, loss, activation, layers):
    """The mean over the samples, in the eager engine, at the weights of now."""
    begin(tab, data="moons", samples=20, test=0, layers=layers, width=3, activation=activation, loss=loss, rate=0.05)
    steps(tab, 3)
    found = tab.evaluate(
        """(() => { const network = trainer.at(trainer.train); const loss = network.step();
        return { loss, gradient: [...network.gradient], parameters: [...trainer.parameters],
                 X: trainer.data.X, y: [...network.y] }; })()"""
    )
    model = MLP(2, [3] * layers + [1], activation=activation, rng=1)
    for parameter, number in zip(model.parameters(), found["parameters"], strict=True):
        parameter.data = number
    total = mean([LOSSES[loss](model(x), y) for x, y in zip(found["X"], found["y"], strict=True)])
    total.backward()
    assert found["loss"] == pytest.approx(total.data, rel=1e-12)
    assert found["gradient"] == pytest.approx([p.grad for p in model.parameters()], rel=1e-9, abs=1e-13)


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        ({"layers": 1, "width": 4, "loss": "squared_error"}, "w[p₂,x₁]"),  # written whole
        ({"layers": 2, "width": 16, "activation": "silu"}, "w[p₃,x₂]"),  # what it flows through
        ({"layers": 3, "width": 6, "activation": "sigmoid", "loss": "hinge"}, "b[q₅]"),
        ({"layers": 0}, "w[s,x₂]"),
    ],
)
def test_the_gradient_of_a_connection_is_the_engines_and_the_stepper_is_at_it(tab, settings, label):
    begin(tab, **settings)
    steps(tab, 5)
    tab.evaluate("label => ask(shape.links.find((link) => shape.label(link) === label))", label)
    tab.wait_for_function("explanation.found", timeout=LONG)
    found = tab.evaluate("explanation.found")
    alone = tab.evaluate("trainer.alone(state.sample)")
    index = tab.evaluate("state.link.index")
    assert found["agrees"] and found["gradient"] != 0.0
    assert found["gradient"] == pytest.approx(alone["gradient"][index], rel=1e-9)
    assert found["loss"] == pytest.approx(alone["loss"], rel=1e-9)
    assert "Both agree" in tab.inner_text("#panel")
    stepper = tab.frame_locator("#panel iframe")
    stepper.locator(".cg-why .chain").first.wait_for()
    assert stepper.locator(".cg-why select option:checked").inner_text() == label
    assert f"∂L/∂{label}" in stepper.locator(".cg-why").inner_text()
    assert stepper.locator(".cg-say").inner_text().startswith(f"Backward: the gradient of {label} is")


def test_a_line_is_found_by_the_pointer_and_a_point_chooses_the_sample(tab):
    begin(tab, layers=1, width=3)
    x, y = tab.evaluate(
        """(() => { const from = diagram.spots[0][1], to = diagram.spots[1][0], half = diagram.size / 2;
        const t = partOfWay(0.25), rise = t * t * (3 - 2 * t);
        return [from.x + half + 0.25 * (to.x - from.x - 2 * half), from.y + rise * (to.y - from.y)]; })()"""
    )
    box = tab.locator("#diagram").bounding_box()
    tab.mouse.move(box["x"] + x, box["y"] + y)
    weight = tab.evaluate("trainer.parameters[shape.index(1, 0, 1)]")
    assert tab.inner_text("#diagram .tip").startswith("w[p₁,x₂] = " + f"{weight:.2f}".replace("-", "−")[:4])
    tab.mouse.click(box["x"] + x, box["y"] + y)
    tab.wait_for_function("explanation.found", timeout=LONG)
    assert tab.evaluate("state.link.index") == tab.evaluate("shape.index(1, 0, 1)")
    plane = tab.locator("#points").bounding_box()
    x, y = tab.evaluate("trainer.data.X[7]")
    tab.locator("#points").scroll_into_view_if_needed()
    size = plane["width"]
    tab.click("#points", position={"x": (x + 3) / 6 * size, "y": (3 - y) / 6 * size})
    tab.wait_for_function("explanation.found", timeout=LONG)
    assert tab.evaluate("state.sample") == 7
    tab.focus(".neuron[tabindex='0']")
    tab.keyboard.press("ArrowDown")
    tab.wait_for_function("byId('map-title').textContent === 'Neuron p₂, over the plane'")
    tab.keyboard.press("Enter")
    tab.wait_for_function("explanation.found?.agrees", timeout=LONG)
    before = tab.evaluate("explanation.found.gradient")
    tab.click("#step")
    tab.wait_for_function(f"explanation.found?.agrees && explanation.found.gradient !== {before}", timeout=LONG)
    tab.click("#play")
    assert "Training goes on" in tab.inner_text("#panel")
    tab.click("#play")
    tab.wait_for_function("explanation.found?.agrees", timeout=LONG)
    tab.click("#close")
    assert tab.is_hidden("#panel")


def test_own_points_are_drawn_learned_shared_and_cleared(tab):
    begin(tab)
    tab.select_option("[data-setting=data]", "own")
    tab.click("#play")
    assert "no points yet" in tab.inner_text("#status")
    plane = tab.locator("#points").bounding_box()

    def stroke(tool, height):
        tab.click(f"[data-tool={tool}]")
        tab.mouse.move(plane["x"] + 30, plane["y"] + height)
        tab.mouse.down()
        tab.mouse.move(plane["x"] + plane["width"] - 30, plane["y"] + height, steps=30)
        tab.mouse.up()

    stroke("blue", 60)
    stroke("orange", 200)
    tab.click("[data-tool=blue]")
    tab.focus("#points")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Enter")
    classes = tab.evaluate("trainer.data.y")
    assert classes.count(1) > 6 and classes.count(0) > 6
    assert tab.evaluate("trainer.data.X.at(-1)") == pytest.approx([0.0, 0.15], abs=0.02)
    steps(tab, 200)
    assert tab.evaluate("trainer.measured().train.accuracy") > 0.9
    tab.wait_for_function("location.hash === addressOf(state.settings, state.points)")
    other = tab.context.new_page()
    other.goto(tab.url)
    other.wait_for_function("document.body.dataset.ready")
    assert other.evaluate("trainer.data") == tab.evaluate("trainer.data")
    other.close()
    tab.click("[data-tool=erase]")
    tab.mouse.click(plane["x"] + 30, plane["y"] + 60)
    assert len(tab.evaluate("trainer.data.y")) < len(classes)
    tab.click("#clear")
    assert tab.evaluate("trainer.data.y") == []
    tab.click("[data-tool=blue]")


def test_points_are_put_by_a_finger(training_folder, chromium):
    context = chromium.new_context(offline=True, has_touch=True, viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.goto((training_folder / "training" / "index.html").as_uri() + "#data=own&layers=1&width=2")
    page.wait_for_function("document.body.dataset.ready")
    for tool, place in (("blue", 80), ("orange", 240)):
        page.tap(f"[data-tool={tool}]")
        page.tap("#points", position={"x": place, "y": 100})
    assert page.evaluate("trainer.data.y") == [1, 0]
    assert (
        page.evaluate("getComputedStyle(byId('points')).touchAction") == "none"
    )  # a stroke draws, and scrolls nothing
    context.close()


def test_a_score_that_is_no_number_is_right_for_neither_class(tab):
    begin(tab)
    tab.evaluate("trainer.parameters.fill(NaN)")
    assert tab.evaluate("trainer.measured().train.accuracy") == 0.0


def test_a_rate_that_is_too_large_is_said_and_the_page_goes_on(tab):
    begin(tab, optimiser="descent", loss="squared_error", activation="relu", rate=100)
    tab.evaluate("ask(shape.links[0])")
    tab.click("#play")
    tab.wait_for_function("document.body.dataset.training === 'off'")
    assert "Training ended here" in tab.inner_text("#panel")
    said = tab.inner_text("#status")
    assert "left the finite numbers in epoch" in said and "rate of 100 is too large" in said
    tab.fill("[data-setting=rate]", "fast")
    tab.press("[data-setting=rate]", "Enter")
    assert "is a number from" in tab.inner_text("#status")
    tab.fill("[data-setting=rate]", "0,01")
    tab.press("[data-setting=rate]", "Enter")
    tab.click("#play")
    tab.wait_for_function("trainer.epoch > 20")
    assert tab.evaluate("document.body.dataset.training") == "on"
    tab.click("#play")
    assert "Paused in epoch" in tab.inner_text("#status")
    tab.click("#play")
    tab.evaluate("ask(shape.links[0])")  # what is explained stands still
    assert "Paused in epoch" in tab.inner_text("#status")
    tab.click("#close")


def test_each_setting_takes_effect_while_it_trains(tab):
    begin(tab)
    tab.click("#play")
    changes = {"optimiser": "momentum", "loss": "hinge", "batch": "10", "data": "xor", "layers": "3", "width": "3"}
    for name, choice in {**changes, "activation": "relu", "speed": "full"}.items():
        tab.select_option(f"[data-setting={name}]", choice)
        before = tab.evaluate("trainer.steps")
        tab.wait_for_function(f"trainer.steps > {before + 5} || trainer.steps < {before}")
        assert tab.evaluate("[settingsOfNow = state.settings][0]")[name] == type(tab.evaluate("state.settings")[name])(
            choice
        )
    tab.click("#play")
    tab.wait_for_function("location.hash.includes('batch=10') && location.hash.includes('loss=hinge')")


def test_an_address_that_makes_no_sense_is_said(tab):
    begin(tab, data="nowhere", rate="<b>1</b>")
    assert "no good value for data, rate" in tab.inner_text("#status")
    assert tab.evaluate("trainer.data.X.length") == 200
    assert tab.evaluate("state.settings") == tab.evaluate("usualSettings()")


def test_it_fits_a_telephone_and_is_dark_in_the_dark(tab):
    begin(tab, layers=3, width=16)
    for width in (360, 700, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        inside = "[...document.querySelectorAll('.neuron')].every((one) => one.offsetLeft >= 0 && one.offsetTop >= 0"
        tab.wait_for_function(f"{inside} && one.offsetLeft + one.offsetWidth <= diagram.place.clientWidth)")
    colour = "getComputedStyle(document.body).backgroundColor"
    tab.emulate_media(color_scheme="light")
    light = tab.evaluate(colour)
    tab.emulate_media(color_scheme="dark")
    assert tab.evaluate(colour) != light
    pixel = "document.getElementById('map').getContext('2d').getImageData(20, 20, 1, 1).data"
    tab.click("#theme")
    assert tab.evaluate(colour) == light
    tab.wait_for_function(f"colours.ground === '#ffffff' && {pixel}[3] === 255")
    tab.evaluate("localStorage.removeItem('theme')")
    tab.evaluate("wear(null)")
    tab.emulate_media(color_scheme="light")


def test_axe_finds_no_serious_fault(tab):
    from tools.npm import AXE, folder_of

    tab.evaluate((folder_of(AXE) / "axe.min.js").read_text(encoding="utf-8"))
    begin(tab, data="own", layers=1, width=4, points="a0a0p3040o8080o")
    tab.evaluate("ask(shape.links[0])")
    tab.wait_for_function("explanation.found", timeout=LONG)
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        tab.wait_for_timeout(100)
        found = tab.evaluate("axe.run(document, {iframes: false, preload: false})")["violations"]
        assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
    tab.emulate_media(color_scheme="light")


def test_drawing_does_not_starve_training(tab):
    """A thousand steps a second is asked for on an idle core; on any there are many for each picture."""
    begin(tab, layers=2, width=16, test=0)
    tab.evaluate("window.pictures = 0; const before = paint; paint = () => { pictures++; before(); }")
    tab.click("#play")
    tab.wait_for_function("pictures >= 12")
    tab.click("#play")
    assert tab.evaluate("trainer.steps") > 120
