"""How array libraries for Python call things: JAX and PyTorch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """The words of an array library.

    Attributes:
        name: for people.
        header: the lines that come first, which define what the others name.
        words: how each elementary operation is written.
        number: how a number is written where an array is asked for.
        table: how numbers, and how places, become an array.
        places: the same for places.
        join: the arrays of a list, one after the other along the last axis.
        largest: along the last axis.
        repeat: an array for each of `rows` rows.
        loops: whether Python's own `for` is its loop; otherwise `scan` of JAX.
    """

    name: str
    header: str
    words: dict[str, str]
    number: str
    table: str
    places: str
    join: str
    largest: str
    repeat: str
    loops: bool


INFIX_WORDS = {
    "add": "{0} + {1}", "subtract": "{0} - {1}", "multiply": "{0} * {1}", "divide": "{0} / {1}", "negative": "-{0}",
}  # fmt: skip

JAX = Dialect(
    name="JAX",
    header=(
        "import jax\nimport jax.numpy as jnp\nfrom jax.scipy import special\n\n"
        'jax.config.update("jax_enable_x64", True)\n'
    ),
    words=INFIX_WORDS
    | {name: f"jnp.{name}({{0}})" for name in "exp expm1 log log1p sqrt sin cos tan sinh cosh tanh abs floor".split()}
    | {name: f"jnp.arc{name[1:]}({{0}})" for name in ("asin", "acos", "atan")}
    | {name: f"special.{name}({{0}})" for name in ("erf", "erfc")}
    | {name: f"jnp.{name}({{0}}, {{1}})" for name in ("power", "hypot", "maximum", "minimum")}
    | {
        "atan2": "jnp.arctan2({0}, {1})",
        "greater": "jnp.where({0} > {1}, 1.0, 0.0)",
        "step": "jnp.heaviside({0}, 0.0)",
        "where": "jnp.where({0} != 0.0, {1}, {2})",
    },
    number="jnp.array({0})",
    table="jnp.array({0})",
    places="jnp.array({0})",
    join="jnp.concatenate([{0}], axis=-1)",
    largest="{0}.max(-1)",
    repeat="jnp.broadcast_to({0}, (rows, *{0}.shape))",
    loops=False,
)

PYTORCH = Dialect(
    name="PyTorch",
    header=(
        "import torch\n\n\ndef number(x):\n"
        '    """A number, or a nest of them, as a tensor of float64."""\n'
        "    return torch.tensor(x, dtype=torch.float64)\n"
    ),
    words=INFIX_WORDS
    | {
        name: f"torch.{name}({{0}})"
        for name in "exp expm1 log log1p sqrt sin cos tan asin acos atan sinh cosh tanh erf erfc abs floor".split()
    }
    | {name: f"torch.{name}({{0}}, {{1}})" for name in ("hypot", "maximum", "minimum", "atan2")}
    | {
        "power": "torch.pow({0}, {1})",
        "greater": "torch.where({0} > {1}, number(1.0), number(0.0))",
        "step": "torch.heaviside({0}, number(0.0))",
        "where": "torch.where({0} != 0.0, {1}, {2})",
    },
    number="number({0})",
    table="number({0})",
    places="torch.tensor({0})",
    join="torch.cat([{0}], dim=-1)",
    largest="{0}.amax(-1)",
    repeat="{0}.expand(rows, *{0}.shape)",
    loops=True,
)
