"""draw(L): a picture of a graph, a `graphviz.Digraph` to look at, to save, or to go on with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from autograd.graph import topological_order
from autograd.show.drawing.dot import dot_lines
from autograd.show.drawing.dress import Style
from autograd.show.drawing.folding import LEVELS
from autograd.show.drawing.graphviz_drawing import new_drawing
from autograd.show.drawing.own_svg import own_svg
from autograd.show.drawing.picture import Drawable, folded_picture, ops_picture
from autograd.show.drawing.theme import THEMES
from autograd.show.drawing.tikz import tikz
from autograd.show.writing.names import keys

if TYPE_CHECKING:
    import graphviz  # type: ignore[import-untyped]  # the package has no types

DIRECTIONS = ("LR", "TB")
MOST_NODES_DRAWN, MOST_ARROWS_DRAWN = 5_000, 20_000  # about ten seconds of layout


def draw(
    root: Any,
    *,
    detail: str = "ops",
    backward: bool | None = None,
    local_derivatives: bool | None = None,
    highlight: Any = None,
    direction: str = "LR",
    theme: str = "light",
    digits: int = 4,
) -> graphviz.Digraph:
    """A picture of everything that a Value was computed from.

    Args:
        root: a Value, a list of Values, or anything that answers `nodes` and `edges` (`picture.Drawable`).
        detail: "ops", each operation; or "neurons" or "layers", which parameters labelled with their places
            (`layers.0.neurons.2.w[1]`) are in, folded into one node each, with mean and range of what flows out.
        backward: show gradients, and arrows coloured by their sign and as wide as they are large. None: if
            `root.backward()` has been called.
        local_derivatives: write ∂result/∂operand beside each arrow. None: if gradients are shown.
        highlight: a Value, or several, all paths from which to the root stand out.
        direction: "LR", from left to right, or "TB", from top to bottom.
        theme: "light" or "dark".
        digits: how many of each number are shown; all of them when the mouse is over it.

    Returns:
        A `graphviz.Digraph`: the last line of a cell shows it, `.render("picture", format="png")` saves it, `.source`
        is its text, `.tikz` the picture for a paper, and nodes can be added to it. Nodes are called
        as in `names.keys`: n0, n1 …

    Raises:
        ValueError: if an argument is none of these, a highlighted Value is not in the graph, gradients are asked for
            before `backward()`, or there is more than can be looked at; then, which detail to ask for.

    >>> from autograd import Value
    >>> x = Value(2.0, label="x")
    >>> picture = draw(x * x)
    >>> [line.split()[:3] for line in picture.body if "->" in line]
    [['n0', '->', 'n1'], ['n0', '->', 'n1']]
    """
    chosen("detail", detail, LEVELS)
    chosen("direction", direction, DIRECTIONS)
    chosen("theme", theme, THEMES)
    picture, place = pictured(root, detail)
    swept = any(node.gradient is not None for node in picture.nodes)
    if backward and not swept:
        raise ValueError("there are no gradients to show yet: call backward() on the root first, and draw it then")
    shows_gradients = swept if backward is None else backward
    style = Style(
        theme=THEMES[theme],
        direction=direction,
        backward=shows_gradients,
        local_derivatives=shows_gradients if local_derivatives is None else local_derivatives,
        digits=digits,
    )
    highlighted = None if highlight is None else reached(picture, starting_points(highlight, place))
    return new_drawing(
        dot_lines(picture, style, highlighted),
        partial(own_svg, picture, style, highlighted),
        partial(tikz, picture, style),
    )


def chosen(what: str, given: str, choices: Iterable[str]) -> None:
    """Refuse what is not a choice.

    Raises:
        ValueError: naming the choices.
    """
    if given not in choices:
        raise ValueError(f"{what} is one of {', '.join(map(repr, choices))}, not {given!r}")


def pictured(root: Any, detail: str) -> tuple[Drawable, Mapping[Any, str]]:
    """The picture of whatever was given, and the key in it of each thing that can be highlighted.

    Raises:
        TypeError: for what cannot be drawn.
        ValueError: if there is too much of it.
    """
    if hasattr(root, "nodes") and hasattr(root, "edges"):
        if detail != "ops":
            raise ValueError(f"detail={detail!r} is for graphs of Values; a {type(root).__name__} is drawn as it is")
        return root, {node.key: node.key for node in root.nodes}
    roots = tuple(root) if isinstance(root, list | tuple) else (root,)
    if not roots or not all(hasattr(part, "parents") for part in roots):
        raise TypeError(
            f"draw takes a Value, a list of Values, or something with nodes and edges, not {type(root).__name__}"
        )
    if detail == "ops":
        parents = [node.parents for node in topological_order(*roots)]
        check_readable(len(parents), sum(map(len, parents)), detail, roots)
        return ops_picture(*roots), keys(*roots)
    picture, place = folded_picture(detail, *roots)
    check_readable(len(picture.nodes), len(picture.edges), detail, roots)
    return picture, place


def check_readable(nodes: int, arrows: int, detail: str, roots: tuple[Any, ...]) -> None:
    """Refuse what would take minutes to lay out and could not be read.

    Raises:
        ValueError: saying which detail would do.
    """
    if nodes <= MOST_NODES_DRAWN and arrows <= MOST_ARROWS_DRAWN:
        return
    fitting = []
    for level in LEVELS[LEVELS.index(detail) + 1 :]:
        coarser, _ = folded_picture(level, *roots)
        if len(coarser.nodes) <= MOST_NODES_DRAWN and len(coarser.edges) <= MOST_ARROWS_DRAWN:
            fitting.append(f"detail={level!r} ({len(coarser.nodes):,} nodes)")
    advice = (
        f"Draw it with {' or '.join(fitting)}"
        if fitting
        else "Label the parameters by their places (layers.0.neurons.2.w[1]) and draw it with detail='layers'"
    )
    raise ValueError(
        f"{nodes:,} nodes and {arrows:,} arrows are too many for one drawing (at most {MOST_NODES_DRAWN:,} and"
        f" {MOST_ARROWS_DRAWN:,}).\n{advice}, or draw a part: any Value in it can be the root."
    )


def starting_points(highlight: Any, place: Mapping[Any, str]) -> list[str]:
    """The keys of what is to stand out.

    Raises:
        ValueError: if it is not in the graph.
    """
    starts = list(highlight) if isinstance(highlight, list | tuple | set) else [highlight]
    for start in starts:
        if start not in place:
            raise ValueError(f"{start!r} is not in the graph that is drawn, so no path from it can stand out")
    return [place[start] for start in starts]


def reached(picture: Drawable, starts: Iterable[str]) -> set[str]:
    """The keys of all nodes on paths from these."""
    heads: dict[str, list[str]] = {}
    for edge in picture.edges:
        heads.setdefault(edge.tail, []).append(edge.head)
    found: set[str] = set()
    unvisited = list(starts)
    while unvisited:
        key = unvisited.pop()
        if key not in found:
            found.add(key)
            unvisited += heads.get(key, [])
    return found
