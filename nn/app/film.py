"""A training as a film: where the network draws the line, epoch by epoch, in the player that steps through graphs."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from autograd.show.stepping.player import player
from nn.basics.optional import require
from nn.history import History
from nn.module import Module

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS_OF_A_FRAME = 48  # which make it a third as large
DOTS_PER_INCH = 110


def film(
    model: Module, snapshots: Mapping[int, Mapping[str, float]], history: History, draw: Callable[[], Figure]
) -> str:
    """An HTML fragment that plays a picture of the model at each snapshot and, in the end, as it is.

    Where scripts do not run, the last one stands.

    Args:
        model: gets the weights of each snapshot, and its own again in the end.
        snapshots: weights by epoch, as `Snapshots.kept` has them.
        history: of the training, for the captions.
        draw: makes the picture of the model as it is.
    """
    final = model.state_dict()
    frames = []
    try:
        for epoch, weights in sorted(snapshots.items()):
            model.load_state_dict(weights)
            frames.append({"src": png(draw()), "caption": caption(epoch, history)})
    finally:
        model.load_state_dict(final)
    last = {"src": png(draw()), "caption": f"The trained network: the weights of epoch {history.kept_epoch}."}
    frames.append(last)
    still = f'<img src="{last["src"]}" alt="{escape(last["caption"])}">'
    return player("frames", still, {"title": "The training, epoch by epoch", "frames": frames})


def caption(epoch: int, history: History) -> str:
    """Epoch 8: loss 0.301, validation loss 0.322."""
    if epoch == 0:
        return "Before training: the weights are random."
    names = [name for name in ("loss", "validation_loss", "accuracy", "validation_accuracy") if name in history]
    numbers = (f"{name.replace('_', ' ')} {history[name][epoch - 1]:.3g}" for name in names)
    return f"Epoch {epoch}: {', '.join(numbers)}"


def png(figure: Figure) -> str:
    """A figure as the address of an image, which holds it."""
    image: Any = require("PIL.Image")
    drawn, written = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DOTS_PER_INCH)
    image.open(drawn).convert("RGB").quantize(COLOURS_OF_A_FRAME).save(written, format="png", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"
