"""Make the pictures of the README and the guides again: .venv/bin/python notebooks/figures/make.py

Each is what a command or a line of Python gives. The film needs `chalkgrad[gif]`; the page is a screenshot, for which
Chromium and playwright are needed, and without them it is left as it is.
"""

import shutil
import tempfile
from pathlib import Path

from autograd import Value, tanh
from autograd.show import draw, steps
from nn.app.experiment import Settings, experiment
from nn.app.report import write_report
from nn.data.bundled import load

HERE = Path(__file__).parent


def chain():
    """The worked example of the lecture: two neurons in a row."""
    x, y = Value(0.05, label="x"), Value(0.01, label="y")
    w1, b1 = Value(0.1, label="w1"), Value(-0.1, label="b1")
    w2, b2 = Value(0.3, label="w2"), Value(0.3, label="b2")
    z1 = x * w1 + b1
    a1 = z1.sigmoid()
    z2 = a1 * w2 + b2
    a2 = z2.sigmoid()
    loss = 0.5 * (y - a2) ** 2
    for value, label in ((z1, "z1"), (a1, "a1"), (z2, "z2"), (a2, "a2"), (loss, "L")):
        value.label = label
    loss.backward()
    return loss


def one_neuron():
    """The loss of one neuron for one sample: what the start page of the site steps through."""
    x, w, b, y = Value(0.5, label="x"), Value(-1.2, label="w"), Value(0.3, label="b"), Value(1.0, label="y")
    loss = (y - tanh(w * x + b)) ** 2
    loss.label = "L"
    return loss


def screenshot(page, target, size):
    """The first screen of a page, as a picture."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return
    program = shutil.which("chromium")
    if program is None:
        return
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=program, args=["--no-sandbox"])
        view = browser.new_page(viewport=dict(zip(("width", "height"), size, strict=True)))
        view.goto(page.resolve().as_uri())
        view.wait_for_timeout(1000)  # its scripts are unpacked first
        view.screenshot(path=target, type="jpeg", quality=82)
        browser.close()


if __name__ == "__main__":
    (HERE / "chain.svg").write_text(draw(chain()).pipe(format="svg", encoding="utf-8"))
    steps(one_neuron()).save(HERE / "stepper.gif")
    settings = Settings(activation="relu", loss="hinge", epochs=100)
    run = experiment(load("moons"), settings, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        page = write_report(
            run, Path(folder) / "moons", ["chalkgrad", *"train moons --activation relu --loss hinge".split()]
        )
        screenshot(page, HERE / "report.jpg", (1120, 1250))
