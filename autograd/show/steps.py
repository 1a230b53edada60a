"""steps(L): the forward and the backward pass, to be printed, looked at in a notebook, or saved as a page.

Two mistakes can be watched as well: a sweep that does not wait until a gradient is complete (`order="depth-first"`)
and a second backward pass without `zero_grad` between the two (`passes=2`).

>>> from autograd import Value
>>> a = Value(3.0, label="a")
>>> b = a + a; b.label = "b"
>>> c = b + b; c.label = "c"
>>> print(steps(c))
1  given     a = 3
2  forward   b = a + a = 3 + 3 = 6
3  forward   c = b + b = 6 + 6 = 12
4  backward  ∂c/∂c = 1
5  backward  ∂c/∂b += ∂c/∂c · 1 = 1 · 1 = 1
6  backward  ∂c/∂b += ∂c/∂c · 1 = 1 · 1 = 1, in sum 2
7  backward  ∂c/∂a += ∂c/∂b · 1 = 2 · 1 = 2
8  backward  ∂c/∂a += ∂c/∂b · 1 = 2 · 1 = 2, in sum 4
>>> steps(c, order="depth-first").gradients[a], steps(c).gradients[a]
(2.0, 4.0)
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from autograd.endings import check_ending
from autograd.show.stepping.moving_picture import save_frames, save_gif
from autograd.show.stepping.page import framed, notebook_html, save_page
from autograd.show.stepping.player_data import Choices, Learn, learning_places
from autograd.show.stepping.samples import mean_of_samples
from autograd.show.stepping.timeline import Order, Timeline


class Steps(Timeline):
    """The timeline of a forward and a backward pass: a sequence of `Step`, with the attributes of `Timeline`.

    In a notebook it is shown as a page to step through; `print` shows one step a line.
    """

    choices = Choices()

    def save(self, path: str | PathLike[str]) -> None:
        """Write a page to step through, one HTML file that needs no network. Its leaves can be changed there.

        Args:
            path: of the file. If it ends in .svg, there is a picture for each step, `steps-01.svg` and so on; if it
                ends in .gif, one that moves, for which `chalkgrad[gif]` must be installed.
        Raises:
            ValueError: if the name says that it is something else, such as .png, or a picture would take the place of
                a file that is not one of ours.
        """
        check_ending(path, "steps", "html", "htm", "svg", "gif")
        ending = Path(path).suffix.lower()
        if ending == ".gif":
            save_gif(self, path)
        elif ending == ".svg":
            save_frames(self, path)
        else:
            save_page(self, path, self.choices)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """For notebooks."""
        return {"text/plain": repr(self), "text/html": notebook_html(self, self.choices)}

    def _mime_(self) -> tuple[str, str]:
        """For marimo, which runs scripts in a frame only."""
        return "text/html", framed(self, self.choices)


def steps(root: Any, *, order: Order = "topological", passes: int = 1, digits: int = 3, learn: Learn = None) -> Steps:
    """The forward pass to root and the backward pass from it, one step at a time.

    Args:
        root: a computed Value, or a list of the losses of several samples, of which the mean is taken: on the page one
            chooses whose sample is looked at. Its graph is only read: no `.grad` is touched.
        order: "topological" is the right one. "depth-first" is the mistake of passing a gradient on at once: a node
            that is used several times passes on only what had arrived by then.
        passes: how many backward passes, without `zero_grad` in between: from the second on, the leaves' gradients
            add up to several times what they should be.
        digits: significant digits of the numbers shown.
        learn: on the page, the labels of the leaves that a step of gradient descent moves. None: those that are
            labelled as weights and biases are (w1, b, theta, `layers.0.neurons.2.w[1]`), or all but x… and y….
    Returns:
        `Steps`, a sequence of `Step`: print it, look at it in a notebook, or `.save("page.html")`. Notebook and page
        are live: drag a leaf's number, type one, take a step of gradient descent, and everything follows.
    Raises:
        ValueError: if the data of a leaf was set after the forward pass, or `learn` names what is no leaf.
        TypeError: if a sample's loss is no computed Value.

    >>> from autograd import Value
    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> y = (x * w).tanh()
    >>> timeline = steps(y)
    >>> len(timeline), timeline[1].formula.text()
    (7, 'v₁ = x·w = 2·(−3) = −6')
    >>> timeline[-1].sentence
    'Backward: the gradient of w is the gradient of v₁, 2.46·10⁻⁵, times the local derivative 2: 4.92·10⁻⁵.'
    """
    samples = tuple(root) if isinstance(root, (list, tuple)) else None
    whole = root if samples is None else mean_of_samples(samples)
    made = Steps(whole, order=order, passes=passes, digits=digits)
    learning_places(made, learn)  # which refuses what is no leaf
    made.choices = Choices(learn, None if samples is None else tuple(dict.fromkeys(samples)))
    return made
