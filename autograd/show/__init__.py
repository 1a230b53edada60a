"""For people's eyes: the chain rule written out, the graph drawn, the passes stepped through.

    derive(L, w2)        ∂L/∂w₂ along every path, in symbols and in numbers
    draw(L)              a picture of the graph, a `graphviz.Digraph`
    steps(L)             the forward and the backward pass, one step at a time

graphviz is imported when something is drawn, and the page's parts when there is a page.
"""

# Now and not on first use: a function must take the place of the module of its name, whoever imports that first.
from autograd.show.derive import derive
from autograd.show.draw import draw
from autograd.show.steps import steps

__all__ = ["derive", "draw", "steps"]
