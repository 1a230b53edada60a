"""For people's eyes: the chain rule written out, the graph drawn, the passes stepped through.

    derive(L, w2)        ∂L/∂w₂ along every path, in symbols and in numbers
    draw(L)              a picture of the graph, a `graphviz.Digraph`
    steps(L)             the forward and the backward pass, one step at a time

Each name is loaded when it is first used: a derivation needs no drawing, and a drawing no page.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd.show.derive import derive
    from autograd.show.draw import draw
    from autograd.show.steps import steps

__all__ = ["derive", "draw", "steps"]


def __getattr__(name: str) -> Any:
    """The function of the module of the same name."""
    if name not in __all__:
        raise AttributeError(f"module 'autograd.show' has no attribute {name!r}; it has {', '.join(__all__)}")
    function = getattr(import_module(f"autograd.show.{name}"), name)
    globals()[name] = function  # in place of the module, which importing it has put there
    return function
