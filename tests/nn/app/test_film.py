"""The film of a training: the weights that are kept, the pictures made of them, and the page in a real browser."""

# ruff: noqa: F811 (fixtures are imported, and are arguments of the same name)

import random
import re

import pytest

from nn import MLP, GradientDescent, Snapshots, Trainer, losses
from nn.app.experiment import Settings, experiment
from nn.app.film import caption
from nn.app.report import film_of, report_page, write_report
from nn.data.bundled import load

X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [1.0, -1.0, 1.0]


def trained(epochs, most):
    snapshots = Snapshots(most)
    model = MLP(2, [1], rng=random.Random(0))
    start = model.state_dict()
    trainer = Trainer(model, losses.mean_squared_error, GradientDescent(0.1))
    trainer.fit(X, Y, epochs=epochs, callbacks=[snapshots], verbose=0)
    return snapshots, start, model.state_dict()


@pytest.mark.parametrize(
    "epochs, kept",
    [(3, [0, 1, 2, 3]), (4, [0, 1, 2, 3, 4]), (5, [0, 2, 4]), (23, [0, 8, 16]), (64, [0, 16, 32, 48, 64])],
)
def test_snapshots_are_evenly_spread_and_few(epochs, kept):
    snapshots, start, _ = trained(epochs, most=5)
    assert list(snapshots.kept) == kept and snapshots.kept[0] == start


def test_a_snapshot_is_what_a_shorter_training_ends_with():
    snapshots, _, _ = trained(16, most=5)
    for epoch in list(snapshots.kept)[1:]:
        assert snapshots.kept[epoch] == trained(epoch, most=5)[2]


@pytest.fixture(scope="module")
def moons():
    snapshots = Snapshots(4)
    settings = Settings(hidden=(4,), epochs=6, patience=6)
    return experiment(load("moons", samples=60), settings, callbacks=[snapshots], verbose=0), snapshots.kept


def test_the_film_has_a_frame_for_each_snapshot_and_leaves_the_network_as_it_was(moons):
    run, kept = moons
    before = run.trained.model.state_dict()
    made = film_of(run, kept)
    assert run.trained.model.state_dict() == before
    sources = re.findall(r'"src":"(data:image/png;base64,[^"]+)"', made)
    assert len(sources) == len(kept) + 1 == len(set(sources[:-1])) + 1
    assert f'<img src="{sources[-1]}" alt="The trained network' in made
    assert caption(6, run.history).startswith(f"Epoch 6: loss {run.history['loss'][5]:.3g}, ")


def test_without_two_numbers_or_snapshots_there_is_no_film(moons):
    run, kept = moons
    assert film_of(run, {}) == "" and "chalkgrad.start" not in report_page(run, {}, ())
    iris = experiment(load("iris"), Settings(hidden=(), epochs=1), verbose=0)
    assert film_of(iris, kept) == ""


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_plays_the_training(moons, open_page, tmp_path, width):
    run, kept = moons
    report = write_report(run, tmp_path / "report", snapshots=kept)
    assert report.stat().st_size < 1_000_000
    tab = open_page(report.read_text(encoding="utf-8"), viewport={"width": width, "height": 900}, color_scheme="dark")
    film = tab.locator(".film")
    captions = []
    for _ in range(len(kept) + 1):
        captions.append(film.locator(".cg-say").inner_text())
        (image,) = (image for image in film.locator(".cg-figure img").all() if image.is_visible())
        assert image.get_attribute("alt") == captions[-1]
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 400
        inside = "image => image.getBoundingClientRect().bottom <= image.parentNode.getBoundingClientRect().bottom"
        assert image.evaluate(inside)
        film.get_by_role("button", name="Next step").click()
    assert captions[0].startswith("Before training") and captions[-1].startswith("The trained network")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert film.evaluate("film => getComputedStyle(film.firstElementChild).colorScheme") == "light"
