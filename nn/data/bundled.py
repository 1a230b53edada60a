"""Data sets at hand: real ones that scikit-learn brings along, and generated ones to look at in the plane.

>>> iris = load("iris")
>>> len(iris), iris.classes
(150, ('setosa', 'versicolor', 'virginica'))
>>> load("xor", samples=8, seed=1).verdict
"classification: 'class' is text, 2 classes"
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from nn.basics.optional import require
from nn.basics.randomness import Randomness, generator
from nn.data.column import Origin
from nn.data.dataset import Dataset, dataset_of
from nn.data.table import Table

PointsAndClasses = tuple[list[list[float]], list[str]]


@dataclass(frozen=True)
class Bundled:
    """What there is to know about a data set before it is loaded.

    Attributes:
        name: what `load` is to be given.
        task: "classification" or "regression".
        rows: how many there are; of a generated set, how many there are if nobody asks for another number.
        columns: the number of inputs.
        target: the name of the column to predict.
        description: one line.
        source: who measured it, or who thought of it.
        make: for a generated set, its rows and classes from the number of samples, the noise and a random generator.
        grid: as in `Dataset`.
    """

    name: str
    task: str
    rows: int
    columns: int
    target: str
    description: str
    source: str
    make: Callable[[int, float, Any], PointsAndClasses] | None = None
    grid: tuple[int, int] | None = None


def load(name: str, *, samples: int | None = None, noise: float = 0.1, seed: Randomness = 0) -> Dataset:
    """The bundled data set of that name, one of `DATASETS`.

    Args:
        name: iris, wine, breast_cancer, digits, diabetes, moons, circles, xor or spirals.
        samples: for a generated set, the number of rows.
        noise: for a generated set, the standard deviation of what is added to each coordinate.
        seed: for a generated set, a number or a `random.Random`; None: the module `random`.

    Raises:
        ValueError: if there is no such set; or if a number of samples was asked of a real one.
    """
    if name not in DATASETS:
        near = get_close_matches(name, DATASETS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(DATASETS)}"
        raise ValueError(f"no data set is called {name!r}; {hint}")
    about = DATASETS[name]
    columns = measured_columns(about, samples) if about.make is None else generated_columns(about, samples, noise, seed)
    return dataset_of(
        Table.of(columns, Origin(name, range(1, len(columns[about.target]) + 1))),
        about.target, name=name, description=about.description, source=about.source, grid=about.grid,
    )  # fmt: skip


def measured_columns(about: Bundled, samples: int | None) -> dict[str, Sequence[Any]]:
    """The columns of a data set of scikit-learn's."""
    if samples is not None:
        raise ValueError(
            f"{about.name} has {about.rows} rows, which were measured; only a generated set has any number"
        )
    bunch = getattr(require("sklearn.datasets"), f"load_{about.name}")()
    columns: dict[str, Sequence[Any]] = dict(zip(map(str, bunch.feature_names), bunch.data.T.tolist(), strict=True))
    answers = bunch.target.tolist()
    names = [str(label) for label in getattr(bunch, "target_names", ())]
    columns[about.target] = [names[answer] for answer in answers] if about.task == "classification" else answers
    return columns


def generated_columns(about: Bundled, samples: int | None, noise: float, seed: Randomness) -> dict[str, Sequence[Any]]:
    """The columns x₁, x₂ and class of points in the plane."""
    n = about.rows if samples is None else samples
    if isinstance(n, bool) or not isinstance(n, int) or n < 2:
        raise ValueError(f"the number of samples is a whole number of at least 2, not {n!r}")
    if not 0.0 <= noise < math.inf:
        raise ValueError(f"the noise is a standard deviation of at least 0, not {noise!r}")
    assert about.make is not None
    points, classes = about.make(n, noise, generator(seed))
    return {"x₁": [x for x, _ in points], "x₂": [y for _, y in points], about.target: classes}


def moons(n: int, noise: float, rng: Any) -> PointsAndClasses:
    """Two half circles, the upper and the lower, each reaching into the other."""
    return sklearn_points("make_moons", n, rng, ("upper", "lower"), noise=noise)


def circles(n: int, noise: float, rng: Any) -> PointsAndClasses:
    """A circle of radius 1 around one of radius ½."""
    return sklearn_points("make_circles", n, rng, ("outer", "inner"), noise=noise, factor=0.5)


def sklearn_points(maker: str, n: int, rng: Any, names: Sequence[str], **options: Any) -> PointsAndClasses:
    """Points of one of scikit-learn's generators."""
    make = getattr(require("sklearn.datasets"), maker)
    points, answers = make(n, random_state=rng.randrange(2**32), **options)
    return points.tolist(), [names[answer] for answer in answers.tolist()]


def xor(n: int, noise: float, rng: Any) -> PointsAndClasses:
    """Points of the square [−1, 1]²: "same" where both signs agree, "different" elsewhere (before the noise)."""
    points, classes = [], []
    for i in range(n):
        signs = (-1, 1)[i % 2], (-1, 1)[i // 2 % 2]
        points.append([sign * rng.random() + rng.gauss(0.0, noise) for sign in signs])
        classes.append("same" if signs[0] == signs[1] else "different")
    return points, classes


def spirals(n: int, noise: float, rng: Any) -> PointsAndClasses:
    """Two arms that wind one and a half times around the origin, half a turn apart."""
    points, classes = [], []
    for i in range(n):
        radius = math.sqrt(rng.random())  # as many points on each stretch of an arm, roughly
        angle = 3.0 * math.pi * radius + math.pi * (i % 2)
        points.append([3.0 * radius * trace(angle) + rng.gauss(0.0, noise) for trace in (math.cos, math.sin)])
        classes.append(("first arm", "second arm")[i % 2])
    return points, classes


DATASETS = {
    about.name: about
    for about in (
        Bundled("iris", "classification", 150, 4, "species",
                "which of three irises a flower is, from its petals and sepals in cm",
                "Fisher 1936, measured by Anderson"),
        Bundled("wine", "classification", 178, 13, "cultivar",
                "which of three vines a wine is from, by its chemistry",
                "Forina et al. 1988, UCI"),
        Bundled("breast_cancer", "classification", 569, 30, "diagnosis",
                "whether a tumour is malignant, from the shape of its cells' nuclei",
                "Street, Wolberg and Mangasarian 1993, Wisconsin"),
        Bundled("digits", "classification", 1797, 64, "digit",
                "which digit was written by hand, from 8 × 8 grey pixels",
                "Alpaydin and Kaynak 1998, UCI", grid=(8, 8)),
        Bundled("diabetes", "regression", 442, 10, "progression",
                "how far diabetes goes within a year, from age, sex, body mass, pressure and blood serum",
                "Efron, Hastie, Johnstone and Tibshirani 2004"),
        Bundled("moons", "classification", 200, 2, "class",
                "two half moons that reach into each other",
                "generated by scikit-learn", moons),
        Bundled("circles", "classification", 200, 2, "class",
                "a circle within a circle",
                "generated by scikit-learn", circles),
        Bundled("xor", "classification", 200, 2, "class",
                "the quarters of a square, opposite ones of the same class: no line divides them",
                "generated, after Minsky and Papert 1969", xor),
        Bundled("spirals", "classification", 200, 2, "class",
                "two spirals, one within the other",
                "generated, after Lang and Witbrock 1988", spirals),
    )
}  # fmt: skip
"""The data sets by name."""
