"""The training playground of the site: small networks that learn in the browser, by programs that were lifted here.

A program is made for each structure that the page offers: the loss of a sample is recorded from nn's own model and
loss, lifted, and written as JavaScript. All of them lie in one script, packed.
"""

from __future__ import annotations

import base64
import gzip
import json
import shutil
from itertools import product
from pathlib import Path

from autograd import Value
from autograd.lift.batch_script import batch_script
from nn import MLP, activations, losses
from tools.files import FOLDER
from tools.playground import write_runtime

SOURCES = FOLDER / "site" / "training"
OFFLINE = FOLDER / "site" / "playground" / "offline.js"
LAYERS = (1, 2, 3)
WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16)
ACTIVATIONS = ("tanh", "sigmoid", "relu", "silu")
LOSSES = {
    "cross_entropy": losses.binary_cross_entropy_with_logits,
    "squared_error": losses.residual_sum_of_squares,
    "hinge": losses.hinge,
}


def build(out: Path) -> Path:
    """Write `training/`, and `runtime/` for its stepper, into the folder of a site, and return the page."""
    page, runtime = out / "training", out / "runtime"
    page.mkdir(parents=True, exist_ok=True)
    runtime.mkdir(parents=True, exist_ok=True)
    for source in (*SOURCES.iterdir(), OFFLINE):
        shutil.copyfile(source, page / source.name)
    given = {
        "widths": WIDTHS,
        "initialisers": {name: initialiser(name) for name in ACTIVATIONS},
        "runtime": write_runtime(runtime),
        "packed": packed(programs()),
    }
    (page / "programs.js").write_text(f"const PROGRAMS = {json.dumps(given)};\n", encoding="ascii")
    return page / "index.html"


def programs() -> dict[str, str]:
    """The JavaScript of each structure by its name, as `programOfNow` of page.js makes it."""
    structures = {f"{loss} 0": (0, 1, "linear", loss) for loss in LOSSES}
    for activation, loss, layers, width in product(ACTIVATIONS, LOSSES, LAYERS, WIDTHS):
        structures[f"{activation} {loss} {layers}x{width}"] = (layers, width, activation, loss)
    return {name: program(*structure) for name, structure in structures.items()}


def program(layers: int, width: int, activation: str, loss: str) -> str:
    """The lifted program of a structure: `(count) => network`, see `autograd.lift.batch_script`."""
    model = MLP(2, [width] * layers + [1], activation=activation, rng=0)
    formula = LOSSES[loss].formula

    def of_sample(x: list[Value], y: list[Value]) -> tuple[Value, list[Value], list[Value]]:
        outputs, watched = x, []
        for place, layer in enumerate(model.layers):
            outputs = layer(outputs)
            watched += outputs if place < layers else []
        return formula(outputs, y), outputs, watched

    return batch_script(of_sample, model.parameters(), features=2)


def initialiser(activation: str) -> str:
    """The name of nn's usual initialiser of a hidden layer with that activation, as random.js has it."""
    return "he_normal" if "rectifier" in activations.get(activation).family else "glorot_uniform"


def packed(texts: dict[str, str]) -> str:
    """Texts as JSON, compressed, in the characters of a script."""
    return base64.b64encode(gzip.compress(json.dumps(texts).encode(), mtime=0)).decode()
