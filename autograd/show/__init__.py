"""For people's eyes: the chain rule written out, the graph drawn, the passes stepped through.

    derive(L, w2)        ∂L/∂w₂ along every path, in symbols and in numbers
    draw(L)              a picture of the graph, a `graphviz.Digraph`
    steps(L)             the forward and the backward pass, one step at a time
    practice(L)          the same with its gradients hidden: say the next number, then see it
    explain("x*w", …)    three of these of an expression that is typed

A graph of Values goes in; text, pictures and pages come out. In reading order, each built on those before it:

    writing/     calculus in writing: names, formulas
    derive       the chain rule along every path
    drawing/     a graph becomes a picture
    draw         the picture, to look at
    stepping/    the passes step by step, and the page that plays them
    steps        the timeline, to look at
    typed/       text becomes a graph
    explain      all of it, of an expression that is typed
    practising/  questions, mistakes and exercises
    practice     the questions, to answer

graphviz is imported when something is drawn.
"""

# Now and not on first use: a function must take the place of the module of its name, whoever imports that first.
from autograd.show.derive import derive
from autograd.show.draw import draw
from autograd.show.explain import explain
from autograd.show.practice import practice
from autograd.show.steps import steps

__all__ = ["derive", "draw", "explain", "practice", "steps"]
