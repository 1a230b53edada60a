"""A page writes what Python writes, byte for byte: every step of both passes, of the mistakes, every chain rule."""

import math
import random
import re

import pytest
from accuracy import ALL
from page_words import page_words
from scripts import in_browser, in_node

from autograd import Value
from autograd.show.stepping.player import SCRIPTS, asset, script_literal
from autograd.show.stepping.player_data import MISTAKES, RIGHT, player_data
from autograd.show.stepping.timeline import Timeline
from autograd.value import apply_by_ieee
from graphs import diamond, labelled_lecture, lecture, random_graph

EDGES = (0.0, 5e-324, 1e-300, 1e-17, 1e300, math.inf, math.nan, 40.0, -40.0, 0.1, 1 / 3, -2.0, 12345.678, 1e16, 710.0)
LABELS = (
    *("", "", "x", "w1", "<b>", "a + b", "__proto__", "constructor", "toString", "</script>", "y_hat", "{0}", "$&"),
    *("\ue0000\ue001", "a,b", "∂L/∂x", "-x", '"', "'", "&amp;", "\\", "`${x}`"),
)
#: Those whose value or partials are the browser's own last bits, which cancelling sums may show.
INEXACT = {"pow", "pow_derivative", "power"}


def random_root(rng, numbers):
    """A graph of all operations, with and without labels."""
    nodes = [Value(numbers(rng), label=rng.choice(LABELS)) for _ in range(rng.randrange(1, 5))]
    for _ in range(rng.randrange(1, 12)):
        op = rng.choice([op for op in ALL if op.name not in INEXACT])
        operands = [rng.choice(nodes[-5:]) for _ in range(op.arity or rng.choice([2, 4, 6, 14]))]
        nodes.append(apply_by_ieee(op, *operands))
        nodes[-1].label = rng.choice(LABELS)
    return nodes[-1]


def ordinary(rng):
    return rng.choice([round(rng.uniform(-3.0, 3.0), rng.randrange(4)), rng.uniform(-100.0, 100.0), 0.5, 2.0])


def written_by_a_page(answers, asked):
    """The same as `page_words`, by the scripts of a page: those that need no document."""
    library = SCRIPTS["stepper"][: SCRIPTS["stepper"].index("autograd.show.stepping/player.js")]
    graphs = []
    for root, digits in asked:
        data, rules = player_data(Timeline(root, digits=digits))
        graphs.append(f"[{script_literal(data['graph'])}, [{','.join(rules)}]]")
    source = f"""{chr(10).join(map(asset, library))}
const graphs = [{",".join(graphs)}];
const answer = (options) => graphs.map(([data, rules]) => {{
  const graph = new Graph(data, rules);
  return {{
    tracks: options.map((each) => new Track(graph, each)).map((track) =>
      track.steps.map((step) => ({{...track.words(step), ...(step.text ? {{text: step.text}} : {{}})}}))),
    derivations: graph.forward.map((node) => new Derivation(graph, node).html()),
  }};
}});"""
    return answers(source, [RIGHT, *(RIGHT | mistake for _, _, mistake in MISTAKES)])


@pytest.fixture(scope="module", params=["node", pytest.param("chromium", marks=pytest.mark.browser)])
def answers(request):
    if request.param == "node":
        return in_node
    chromium = request.getfixturevalue("chromium")
    return lambda source, given: in_browser(chromium, source, given)


def verdict_only(words):
    """The words, without the digits of finite differences, the last of which are noise."""
    return words | {"checkHtml": re.sub(r"differences: [^ ]+", "", words.get("checkHtml", ""))}


def compare(answers, asked):
    for (root, digits), found in zip(asked, written_by_a_page(answers, asked), strict=True):
        expected = page_words(root, digits)
        for track, (ours, theirs) in enumerate(zip(expected["tracks"], found["tracks"], strict=True)):
            for ours_of_step, of_step in zip(ours, theirs, strict=True):
                assert verdict_only(of_step) == verdict_only(ours_of_step), (track, root)
        assert found["derivations"] == expected["derivations"]


def test_known_graphs(answers):
    compare(answers, [(loss(), digits) for loss in (lecture, diamond) for digits in range(1, 8)])
    compare(answers, [(labelled_lecture()["L"], 3), (random_graph(60), 3), (random_graph(150, 2), 4), (Value(2.0), 3)])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("numbers", [ordinary, lambda rng: rng.choice(EDGES)], ids=["ordinary", "edges"])
def test_random_graphs_of_all_operations(answers, numbers, seed):
    rng = random.Random(seed)
    compare(answers, [(random_root(rng, numbers), rng.choice([1, 2, 3, 3, 4, 6])) for _ in range(120)])


def test_a_long_chain_and_a_large_graph(answers):
    node = Value(0.5, label="x")
    for _ in range(100):
        node = -node
    many = Value(0.0, label="p")
    for place in range(20):  # 2²⁰ paths
        many = many + many * 0.5
        many.label = f"s{place}"
    leaves = sum((Value(0.5 * place, label=f"x{place}") for place in range(30)), Value(0.0))
    compare(answers, [(node, 3), (many, 3), (leaves, 3)])
