"""numbers.js beside numbers.py: the same text, byte for byte."""

import math
import random
from pathlib import Path

import pytest
from scripts import in_browser, in_node

from autograd.show.writing import numbers
from autograd.show.writing.numbers import is_rounded, number

SCRIPT = Path(numbers.__file__).with_suffix(".js").read_text(encoding="utf-8")


def numbers_of_all_kinds():
    """Every size, short ones, ones half way between two, and what is no number."""
    rng = random.Random(4)
    found = [0.0, -0.0, math.nan, math.inf, -math.inf, 1e6, 999999.5, 1e-4, 9.9995e-5, 0.1 + 0.2, 5e-324, 1.7e308]
    found += [rng.choice([-1, 1]) * 2.0 ** rng.uniform(-1074, 1023.9) for _ in range(2000)]
    found += [rng.choice([-1, 1]) * 10.0 ** rng.uniform(-6, 7) for _ in range(4000)]
    found += [rng.choice([-1, 1]) * round(10.0 ** rng.uniform(-3, 4), rng.randrange(5)) for _ in range(2000)]
    found += [rng.randrange(-4000, 4000) / 2.0 ** rng.randrange(12) for _ in range(4000)]
    found += [float(rng.randrange(10**7)) * 10.0 ** rng.randrange(-2, 12) for _ in range(2000)]
    found += [math.nextafter(x, way) for x in (0.9995, 99.95, 9.5, 999999.5, 1e-4) for way in (0.0, math.inf)]
    return found


@pytest.mark.parametrize("engine", ["node", pytest.param("chromium", marks=pytest.mark.browser)])
def test_the_page_writes_numbers_as_python_does(engine, request):
    rows = [[x, digits] for x in numbers_of_all_kinds() for digits in (1, 2, 3, 4, 6, 10)]
    source = f"""{SCRIPT}
const answer = (rows) => rows.map(([x, d]) => [number(x, d).text, number(x, d).html, isRounded(x, d)]);"""
    if engine == "node":
        found = in_node(source, rows)
    else:
        found = in_browser(request.getfixturevalue("chromium"), source, rows)
    for (x, digits), (text, html, rounded) in zip(rows, found, strict=True):
        name = number(x, int(digits))
        assert (text, html, rounded) == (name.text, name.html, is_rounded(x, int(digits))), (x, digits)
