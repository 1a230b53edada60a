"""Where the cards of large graphs stand: apart from each other, to the right of their operands, in linear time."""

import random
import re
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.optimize import isotonic_regression

from autograd import Value
from autograd.show.drawing.columns import apart, placed, positions
from autograd.show.stepping.final_drawing import LARGE, final_picture, final_svg
from autograd.show.steps import steps
from graphs import random_graph


@pytest.mark.parametrize("seed", range(20))
def test_heights_are_the_least_squares_that_do_not_overlap(seed):
    rng = random.Random(seed)
    count = rng.randrange(1, 30)
    sizes = [rng.uniform(0.5, 3.0) for _ in range(count)]
    wanted = sorted(rng.gauss(0.0, 8.0) for _ in range(count))
    found = apart(wanted, sizes)
    for (low, high), (below, above) in zip(pairwise(found), pairwise(sizes), strict=True):
        assert high - low >= (below + above) / 2.0 - 1e-9
    stacked = np.cumsum(sizes) - np.array(sizes) / 2.0
    assert found == pytest.approx(isotonic_regression(np.array(wanted) - stacked).x + stacked)


def test_every_operand_is_to_the_left_of_what_is_computed_from_it():
    picture = final_picture(steps(random_graph(700)))
    at = dict(zip((node.key for node in picture.nodes), positions(picture, 3), strict=True))
    assert all(at[edge.tail][0] < at[edge.head][0] for edge in picture.edges)


def test_a_chain_is_a_straight_line():
    assert placed([[], [0], [1], [2]], [1.0] * 4) == [(3, 0.0), (2, 0.0), (1, 0.0), (0, 0.0)]
    assert len(placed([[]] + [[place] for place in range(50_000)], [1.0] * 50_001)) == 50_001


@pytest.mark.parametrize("wide", [False, True])
def test_no_card_of_a_large_drawing_covers_another(wide):
    root = random_graph(600)
    if wide:
        for place in range(LARGE):
            root = root * Value(1.0, label=f"layers.0.neurons.{place}.weight") if place % 50 == 0 else root + place
    svg = final_svg(steps(root))
    card = r'<g id="n\d+" class="node[^>]*><rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"'
    cards = [tuple(map(float, found)) for found in re.findall(card, svg)]
    assert len(cards) > LARGE
    for (x, y, width, height), (x2, y2, width2, height2) in combinations(cards, 2):
        assert x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y
