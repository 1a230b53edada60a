"""What the player is given: the graph, and the timelines that it goes through: the right one, and two of mistakes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from autograd.show.stepping.graph_data import graph_data
from autograd.show.stepping.samples import sample_losses
from autograd.show.stepping.timeline import Timeline
from autograd.show.writing.blackboard import Blackboard

Learn = Collection[str] | None


class Choices(NamedTuple):
    """What learns, by labels, and the losses of the samples; None of each, and `player_data` looks for them."""

    learn: Learn = None
    samples: Sequence[Any] | None = None


NO_CHOICES = Choices()

LONGEST_TITLE = 2_000  # characters of HTML
MOST_MISTAKEN = 1_000  # nodes of a graph whose page has the mistakes, too

RIGHT: dict[str, Any] = {"order": "topological", "passes": 1}

MISTAKES: list[tuple[str, str, dict[str, Any]]] = [
    (
        "Order ignored",
        "A mistake: a node passes its gradient on as soon as the first part of it arrives, and the rest is lost.",
        {"order": "depth-first"},
    ),
    (
        "zero_grad forgotten",
        "A mistake: the second backward pass adds to what the first one left in the leaves.",
        {"passes": 2},
    ),
]


def player_data(shown: Timeline, choices: Choices = NO_CHOICES) -> tuple[dict[str, Any], list[str]]:
    """What `stepper` of stepper.js takes beside the drawing: data, and the rules of the graph's operations.

    Args:
        shown: the timeline to begin with.
        choices: which leaves a step of gradient descent moves, and which nodes are losses of samples. Where none are
            given, `learning_places` and `sample_losses` choose.

    Of the timelines the one that is shown first has `start`.
    """
    asked = {"order": shown.order, "passes": shown.passes}
    tracks = [{"name": "Backpropagation", "about": "", "options": RIGHT, "start": asked == RIGHT}]
    for name, about, mistake in MISTAKES:
        start = any(asked[key] != RIGHT[key] for key in mistake)
        if start or 1 < len(shown.nodes) <= MOST_MISTAKEN:
            tracks.append(
                {"name": name, "about": about, "options": asked if start else RIGHT | mistake, "start": start}
            )
    learn = learning_places(shown, choices.learn)
    samples = choices.samples
    if samples is None:
        samples = sample_losses(shown.root, {shown.nodes[place] for place in learn})
    graph, rules = graph_data(shown)
    return {
        "titleHtml": title_html(shown),
        "graph": graph,
        "hintHtml": '<p class="cg-hint">Point at a box to see its paths; click it, or choose it here, for the chain'
        " rule behind its gradient. Once you have clicked into the picture, ← and → step, and the space bar plays.</p>",
        "live": graph["film"] is None,
        "learn": learn,
        "samples": [int(shown.keys[loss].removeprefix("n")) for loss in samples],
        "tracks": tracks,
    }, rules


def title_html(timeline: Timeline) -> str:
    """L = 0.5·(y − ŷ)², or only L if the formula is long."""
    board = Blackboard(timeline.root, digits=timeline.digits)
    name = timeline.names[timeline.root].html
    formula = board.value(timeline.root).html(timeline.digits)
    return f"{name} = {formula}" if len(formula) <= LONGEST_TITLE else name


LEARNS = re.compile(r"(.*\.)?(w|b|weight|bias|theta|θ|param)[\d_₀-₉ᵢⱼ]*(\[.*\])?", re.I)
GIVEN = re.compile(r"(x|y|t|target|input)[\d_₀-₉ᵢⱼ]*", re.I)


def learning_places(timeline: Timeline, learn: Learn) -> list[int]:
    """The places of the leaves that learn: those of these labels, or weights and biases, or all but inputs and targets.

    Raises:
        ValueError: if a label is no leaf's.
    """
    leaves = {place: node for place, node in enumerate(timeline.nodes) if not node.parents and node.label}
    if learn is not None:
        missing = sorted(set(learn) - {leaf.label for leaf in leaves.values()})
        if missing:
            raise ValueError(
                f"learn names {', '.join(map(repr, missing))}, which no leaf of {timeline.names[timeline.root].text} is"
                f" labelled; its leaves are {', '.join(repr(leaf.label) for leaf in list(leaves.values())[:20])}."
            )
        return [place for place, leaf in leaves.items() if leaf.label in learn]
    named = [place for place, leaf in leaves.items() if LEARNS.fullmatch(leaf.label)]
    return named or [place for place, leaf in leaves.items() if not GIVEN.fullmatch(leaf.label)]
