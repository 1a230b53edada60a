"""A figure shows what is in it: the check finds what lies outside, and all pictures of nn.plots pass it."""

import random

import pytest

pytest.importorskip("matplotlib")

from autograd import Value
from nn import MLP, plots
from nn.plots.lecture import activation_functions, descent_paths
from nn.plots.look import COLOURS, dress, legend, new_axes, new_figure, settled
from tools.figures import faults_of_figure

X = [[random.Random(i).uniform(-1, 1), random.Random(-i).uniform(-2, 2)] for i in range(60)]
Y = [int(a * b > 0) for a, b in X]
MODEL = MLP(2, [4, 3], rng=random.Random(0))
FALLING = [1.0 / epoch for epoch in range(1, 60)]


def valley(a, b):
    return (1 - a) ** 2 + 10 * (b - a**2) ** 2


PICTURES = {
    "activations": lambda: activation_functions({"tanh": Value.tanh, "relu": Value.relu, "step": Value.step}),
    "boundary": lambda: plots.decision_boundary(MODEL.predict, X, Y, names=("a", "b")),
    "boundaries": lambda: plots.decision_boundaries({f"epoch {k}": MODEL.predict for k in range(5)}, X, Y),
    "confusion": lambda: plots.confusion([[4, 1], [0, 5]], ["no", "yes"]),
    "confusion of many": lambda: plots.confusion([[3] * 26] * 26, [*"abcdefghijklmnopqrstuvwxyz"]),
    "curves": lambda: plots.learning_curves({"loss": FALLING, "validation_loss": FALLING}, best_epoch=59),
    "one epoch": lambda: plots.learning_curves({"loss": [1.0], "accuracy": [0.5]}, best_epoch=1, stopped_epoch=1),
    "first epoch is best": lambda: plots.learning_curves({"loss": FALLING[::-1]}, best_epoch=1, stopped_epoch=50),
    "valley": lambda: descent_paths(valley, {"down": [[-1.2, 1.0], [0.0, 0.0], [1.0, 1.0]]}),
    "truth": lambda: plots.predicted_versus_true([1.0, 2.5, 3.0], [1.1, 2.0, 3.3]),
    "weights": lambda: plots.weights(MODEL.layers[0], inputs=["first", "second"]),
    "weights as images": lambda: plots.weights([[float(i) for i in range(64)]] * 10, grid=(8, 8), across=5),
}  # fmt: skip


@pytest.mark.parametrize("picture", PICTURES)
def test_everything_in_a_picture_is_seen(picture):
    assert faults_of_figure(PICTURES[picture]()) == []


def test_a_valley_has_a_closed_line_around_its_bottom():
    ax = descent_paths(valley, {"down": [[-1.2, 1.0], [1.0, 1.0]]}).axes[0]
    lines = [path for contour in ax.collections for path in contour.get_paths() if hasattr(contour, "levels")]
    assert any(tuple(piece[0]) == tuple(piece[-1]) for path in lines for piece in path.to_polygons(closed_only=False))


def panel():
    figure = new_figure(5, 3)
    (ax,) = new_axes(figure, 1, 1)
    dress(ax, "Title", "x", "y")
    return figure, ax


def hidden_bar(ax):
    ax.bar(["a", "b"], [1.0, 3.0])
    ax.set_ylim(0, 2)


def bar_below(ax):
    ax.barh(["slow", "fast"], [100.0, 5.0])
    ax.set(xscale="log", xlim=(10, 1000))


def cut_marker(ax):
    ax.plot([0, 1], [0, 1], marker="o")
    ax.set_xlim(0, 2)


def lost_point(ax):
    ax.scatter([0, 5], [0, 1])
    ax.set(xlim=(-1, 2), ylim=(-1, 2))


def label_outside(ax):
    bars = ax.bar(["a", "b"], [1.0, 2.0])
    ax.bar_label(bars)
    ax.set_ylim(0, 2)


def cut_word(ax):
    ax.figure.text(0.9, 0.5, "a long word at the edge")


def small_digits(ax):
    ax.tick_params(labelsize=5)


def words_on_words(ax):
    ax.text(0.5, 0.5, "one word")
    ax.text(0.52, 0.5, "another")


@pytest.mark.parametrize(
    "spoil, fault",
    [
        (hidden_bar, "a bar at (0.6, 3) is not inside"),
        (bar_below, "bars on a logarithmic axis"),
        (cut_marker, "a marker at (0, 0) is not inside"),
        (lost_point, "a marker at (5, 1) is not inside"),
        (label_outside, "'2' is not inside its axes"),
        (cut_word, "is cut off by the edge"),
        (small_digits, "too small to read"),
        (words_on_words, "written over one another"),
    ],
)
def test_what_cannot_be_seen_is_found(spoil, fault):
    figure, ax = panel()
    spoil(ax)
    assert any(fault in found for found in faults_of_figure(settled(figure)))


def test_a_mark_that_is_not_clipped_may_stand_on_the_edge():
    figure, ax = panel()
    ax.plot([0, 1], [0, 1], marker="o", clip_on=False, color=COLOURS[0], label="all of it is seen")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    legend(ax)
    assert faults_of_figure(settled(figure)) == []
