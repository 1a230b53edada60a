"""Every picture: the words in it, nothing cut off, the same characters each time, and what it shows."""

import io
import math
import random
import re
import sys
import xml.etree.ElementTree as ElementTree
from types import SimpleNamespace

import numpy
import pytest
from matplotlib.image import imread

import autograd
from autograd import Value, grad
from nn import MLP, plots
from nn.plots import lecture as illustrations
from nn.plots.look import COLOURS, MARKERS, look, new_figure, save_figure, to_png, to_svg


class History(dict):
    best_epoch = 7
    stopped_epoch = 10


def history(**more):
    falling = [2.0 / (epoch + 1) for epoch in range(10)]
    return History(loss=falling, validation_loss=[x + 0.1 for x in falling], seconds=[1.0] * 10, **more)


def points(n=60, classes=2, seed=0):
    rng = random.Random(seed)
    y = [i % classes for i in range(n)]
    return [[rng.gauss(3.0 * k, 1.0), rng.gauss(-2.0 * k, 1.0)] for k in y], y


def scores(P):
    return [[-(x * x + y * y), -((x - 3) ** 2 + (y + 2) ** 2), -((x - 6) ** 2 + (y + 4) ** 2)] for x, y in P]


def valley(a, b):
    return 0.5 * (a - 1.0) ** 2 + 3.0 * (b + 0.5 * a) ** 2


def way_down(steps=15):
    path = [[-3.0, 3.0]]
    for _ in range(steps):
        slope = grad(lambda w: valley(*w))(path[-1])
        path.append([w - 0.12 * g for w, g in zip(path[-1], slope)])
    return path


LONG = ["a very long name of a class that nobody should use", "x", "Übergröße", "an identifier_with_parts"]
X2, Y2 = points()
X3, Y3 = points(classes=3)

PICTURES = {
    "curves": lambda: plots.learning_curves(
        history(accuracy=[0.1 * e for e in range(10)], validation_accuracy=[0.09 * e for e in range(10)])
    ),
    "curves of one epoch": lambda: plots.learning_curves({"loss": [0.3]}),
    "curves with r2": lambda: plots.learning_curves(history(r2=[-3.0 + 0.4 * e for e in range(10)])),
    "curves with NaN": lambda: plots.learning_curves({"loss": [1.0, 0.5, float("nan")]}),
    "boundary": lambda: plots.decision_boundary(scores, X3, Y3, classes=["one", "two", "three"]),
    "boundary by sign": lambda: plots.decision_boundary(
        lambda P: [[x - 1.5] for x, _ in P], X2, [2 * y - 1 for y in Y2], decision="sign", classes=LONG[:2]
    ),
    "boundary of one class": lambda: plots.decision_boundary(
        lambda P: [[0.9] for _ in P], X2, Y2, decision="probability"
    ),
    "boundary of a point": lambda: plots.decision_boundary(scores, [[1.0, 1.0]], [0]),
    "boundaries": lambda: plots.decision_boundaries(
        {f"shift {shift}": lambda P, shift=shift: [[x - shift] for x, _ in P] for shift in (0.5, 1.25, 2.0, 9.0)},
        X2,
        Y2,
        decision="logit",
        title="Four lines",
    ),
    "boundaries of one": lambda: plots.decision_boundaries({"three": scores}, X3, Y3, classes=LONG[:3]),
    "confusion": lambda: plots.confusion([[5, 1], [0, 7]], ["cat", "dog"]),
    "confusion of many": lambda: plots.confusion(
        numpy.eye(18, dtype=int).tolist(), [f"species {i}" for i in range(18)]
    ),
    "confusion of long names": lambda: plots.confusion([[9, 0, 0, 1]] * 4, LONG),
    "residuals": lambda: plots.predicted_versus_true([1.0, 2.5, 3.0], [1.2, 2.0, 3.5], name="price"),
    "residuals of many": lambda: plots.predicted_versus_true(
        [float(i) for i in range(3000)], [i + 1.0 for i in range(3000)]
    ),
    "weights": lambda: plots.weights([[1.0, -2.0, 0.5], [0.0, 1.5, -0.3]], inputs=LONG[:3]),
    "weights of one": lambda: plots.weights([[0.0]]),
    "weights of many": lambda: plots.weights([[float(i - j) for i in range(60)] for j in range(50)]),
    "images": lambda: plots.weights([[float(i * j) for i in range(64)] for j in range(11)], grid=(8, 8)),
    "activations": lambda: illustrations.activation_functions({"tanh": autograd.tanh, "step": autograd.step}),
    "activations of many": lambda: illustrations.activation_functions({f"f{i}": autograd.silu for i in range(6)}),
    "descent": lambda: illustrations.descent_paths(
        valley, {"gradient descent": way_down(), "a place": [[1.0, 1.0]], "a leap": [[0.0, 0.0], [1.0, 1.0]]}
    ),
    "descent on the flat": lambda: illustrations.descent_paths(lambda a, b: 0.0, {"stuck": [[0.0, 0.0]]}),
}

WORDS = {
    "curves": [
        "Loss",
        "Accuracy",
        "epoch",
        "training",
        "validation",
        "best, epoch 7: 0.386",
        "stopped early, epoch 10",
    ],
    "curves with r2": ["R²"],
    "boundary": ["one", "two", "three", "x₁", "x₂", "Decision boundary"],
    "boundaries": ["Four lines", "shift 0.5", "shift 9.0", "x₁", "x₂", "0", "1"],
    "confusion": ["cat", "dog", "5", "7", "1", "0", "predicted", "true"],
    "confusion of long names": ["a very long nam…"],
    "residuals": ["true price", "predicted price", "predicted = true", "true − predicted", "Residuals"],
    "weights": ["Weights", "neuron", "weight", "Übergröße"],
    "images": ["0", "10", "weight"],
    "activations": ["tanh", "step", "φ(z)", "φ′(z)"],
    "descent": ["w₁", "w₂", "start", "gradient descent, 15 steps", "a place", "a leap, 1 step"],
}


class Drawn(dict):
    """Pictures by name, each drawn when it is first asked for."""

    def __missing__(self, name):
        self[name] = PICTURES[name]()
        return self[name]


@pytest.fixture(scope="module")
def drawn():
    return Drawn()


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_cut_off(drawn, name):
    figure = drawn[name]
    figure.draw_without_rendering()
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert box.x0 >= 0.0 and box.y0 >= 0.0 and box.x1 <= width and box.y1 <= height
    for ax in figure.axes:  # what is drawn has been left some room
        inner = ax.get_window_extent()
        assert ax.get_label() == "<colorbar>" or (inner.width > 25 and inner.height > 25), name


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_valid_svg_with_their_words_in_it(drawn, name):
    svg = to_svg(drawn[name])
    texts = {"".join(node.itertext()) for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    for word in WORDS.get(name, []):
        assert word in texts, (word, texts)
    assert "<dc:date>" not in svg


@pytest.mark.parametrize("name", ["curves", "boundary", "boundaries", "images", "descent", "residuals of many"])
def test_the_same_picture_has_the_same_characters(drawn, name):
    assert to_svg(PICTURES[name]()) == to_svg(drawn[name])


def test_many_points_do_not_make_a_large_file(drawn):
    assert len(to_svg(drawn["residuals of many"])) < 200_000


def test_coordinates_are_rounded_to_what_can_be_seen(drawn):
    svg = to_svg(drawn["boundary"])
    geometry = re.findall(r' (?:d|x|y)="([^"]*)"', svg)
    assert len(geometry) > 100 and not any("\n" in d or re.search(r"\.\d{3}", d) for d in geometry)
    figure = new_figure(2.0, 1.0)
    figure.set_layout_engine("none")
    figure.text(0.5, 0.5, "x: 0.123456789 and\n 0.987654321")
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0), xlim=(0.0, 1.0), ylim=(0.0, 1.0))
    (line,) = ax.plot([0.123456789, 0.5], [0.5, 0.987654321])
    line.set_gid("line")
    text = to_svg(figure)
    assert re.search(r'id="line">\s*<path d="M 17.78 36 L 72 0.89 "', text), "of 144 by 72 points, from top left"
    assert "0.123456789" in text and "0.987654321" in text, "numbers in texts stay as they are"


def test_marks_of_one_style_say_it_once():
    ax = (figure := new_figure(3.0, 2.0)).subplots()
    ax.scatter(range(20), range(20), color="#123456")
    ax.scatter(range(20), range(20), color=["#654321", "#abcdef"] * 10)
    svg = to_svg(figure)
    assert [svg.count(f"fill: {colour}") for colour in ("#123456", "#654321", "#abcdef")] == [1, 10, 10]
    groups = [
        g
        for g in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}g")
        if "fill: #123456" in g.get("style", "")
    ]
    assert [len(group) for group in groups] == [20]


def test_no_pyplot_and_no_settings_are_touched(drawn):
    import matplotlib

    assert "matplotlib.pyplot" not in sys.modules
    assert matplotlib.rcParams["svg.hashsalt"] is None


def test_saving(tmp_path, drawn):
    path = tmp_path / "c.svg"
    save_figure(drawn["confusion"], path)
    assert path.read_text(encoding="utf-8") == to_svg(drawn["confusion"])


def test_a_notebook_shows_a_figure_as_pixels(drawn):
    png = drawn["confusion"]._repr_png_()
    width, height = drawn["confusion"].get_size_inches()
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") == int(100 * width)
    assert png == drawn["confusion"]._repr_png_()
    assert not hasattr(drawn["confusion"], "_repr_svg_")


def test_the_palette_keeps_the_colour_of_areas_and_leaves_out_no_rare_one():
    paths = {"a": [(0.0, 1.0), (1.0, 0.5)], "b": [(0.0, 1.0), (0.5, 0.5)], "rare": [(1.0, 1.0)]}
    figure = illustrations.descent_paths(lambda w, b: w * w + 8.0 * b * b, paths)
    full = io.BytesIO()
    figure.savefig(full, format="png")
    pixels, small = (imread(io.BytesIO(png))[:, :, :3] for png in (full.getvalue(), to_png(figure)))
    off = numpy.abs(pixels - small).max(axis=2)
    colours, counts = numpy.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    areas = colours[counts > 1000]
    assert len(areas) > 10
    assert all(off[(pixels == colour).all(axis=2)].max() == 0.0 for colour in areas)
    assert off.max() < 0.06
    assert len(to_png(figure)) < len(full.getvalue()) / 2


def curve(ax, label):
    return next(line for line in ax.get_lines() if str(line.get_label()).startswith(label))


def test_learning_curves_show_the_history():
    figure = plots.learning_curves(history(accuracy=[0.5] * 10))
    loss, accuracy = figure.axes
    assert curve(loss, "training").get_xdata().tolist() == list(range(1, 11))
    assert curve(loss, "training").get_ydata().tolist() == history()["loss"]
    assert curve(loss, "best").get_xydata().tolist() == [[7.0, pytest.approx(2.0 / 7 + 0.1)]]
    assert curve(loss, "stopped").get_xdata().tolist() == [10]
    assert curve(accuracy, "training").get_ydata().tolist() == [0.5] * 10
    styles = {(line.get_linestyle(), line.get_color()) for line in (curve(loss, n) for n in ("training", "valid"))}
    assert len({style for style, _ in styles}) == 2, "the lines must differ by more than their colour"
    assert loss.get_yscale() == "linear"
    wide = plots.learning_curves({"loss": [10.0**-e for e in range(5)]}, best_epoch=5)
    assert wide.axes[0].get_yscale() == "log"
    with pytest.raises(ValueError, match="neither a loss nor a metric"):
        plots.learning_curves({"seconds": [1.0]})


def boundary_points(ax):
    lines = [c for c in ax.collections if type(c).__name__ == "QuadContourSet" and not c.filled]
    return numpy.concatenate([numpy.empty((0, 2)), *(path.vertices for c in lines for path in c.get_paths())])


def test_the_boundary_lies_where_the_scores_are_equal():
    figure = plots.decision_boundary(lambda P: [[x - 1.25] for x, _ in P], X2, Y2, decision="logit")
    vertices = boundary_points(figure.axes[0])
    assert len(vertices) > 10
    numpy.testing.assert_allclose(vertices[:, 0], 1.25, atol=1e-9)
    assert figure.axes[0].get_xlabel() == "x₁"


def test_each_network_has_its_own_boundary_on_the_same_samples(drawn):
    *panels, far, unused, last = drawn["boundaries"].axes
    for ax, shift in zip(panels, (0.5, 1.25, 2.0)):
        numpy.testing.assert_allclose(boundary_points(ax)[:, 0], shift, atol=1e-9)
    assert len(boundary_points(far)) == 0, "9 is beyond the samples, so there is no line to draw"
    assert not unused.axison and not last.axison
    for ax in (*panels, far):
        shown = [c.get_offsets() for c in ax.collections if type(c).__name__ == "PathCollection"]
        assert sum(map(len, shown)) == len(X2)
    with pytest.raises(ValueError, match="no decision boundaries"):
        plots.decision_boundaries({}, X2, Y2)


def test_margins_are_drawn_where_the_outputs_reach_them():
    def vertical_lines(slope):
        figure = plots.decision_boundary(
            lambda P: [[slope * (x - 1.5)] for x, _ in P], X2, [2 * y - 1 for y in Y2], decision="sign"
        )
        return sorted(set(boundary_points(figure.axes[0])[:, 0].round(9).tolist()))

    assert vertical_lines(2.0) == [1.0, 1.5, 2.0]
    assert vertical_lines(0.01) == [1.5], "no output is as large as 1"


@pytest.mark.parametrize("X", [[], [[1.0]], [[1.0, 2.0], [1.0, 2.0, 3.0]]])
def test_a_boundary_needs_two_inputs(X):
    with pytest.raises(ValueError, match="two inputs"):
        plots.decision_boundary(scores, X, [0] * len(X))


def test_a_boundary_refuses_classes_that_it_would_not_show():
    with pytest.raises(ValueError, match="y holds 0, but the outputs stand for the classes -1, 1"):
        plots.decision_boundary(lambda P: [[x] for x, _ in P], X2, Y2, decision="sign")


def test_classes_differ_in_marker_and_colour():
    looks = [tuple(look(k).values()) for k in range(30)]
    assert len(set(looks)) == 30
    assert len({marker for _, marker in looks[:10]}) == len(MARKERS) == len(COLOURS) == 10


def test_weights_of_a_layer_and_of_a_matrix_are_the_same():
    matrix = [[1.0, -2.0], [0.5, 0.25], [0.0, 3.0]]
    layer = SimpleNamespace(neurons=[SimpleNamespace(w=[Value(w) for w in row]) for row in matrix])
    for figure in (plots.weights(layer), plots.weights(matrix)):
        image = figure.axes[0].get_images()[0]
        assert image.get_array().tolist() == matrix
        assert image.get_clim() == (-3.0, 3.0)
    rows = [ax.get_subplotspec().rowspan.start for ax in plots.weights([[1.0]] * 5, grid=(1, 1), across=2).axes[:5]]
    assert rows == [0, 0, 1, 1, 2]
    images = plots.weights([[float(i) for i in range(6)]] * 2, grid=(2, 3)).axes[0].get_images()[0]
    assert images.get_array().tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


def test_derivatives_are_the_engines_and_jumps_are_gaps():
    ax, step = illustrations.activation_functions({"tanh": autograd.tanh, "step": autograd.step}, points=81).axes
    xs, slopes = curve(ax, "φ′").get_data()
    numpy.testing.assert_allclose(slopes, 1.0 / numpy.cosh(xs) ** 2, rtol=1e-12)
    values = curve(step, "φ(").get_ydata()
    assert numpy.isnan(values).sum() == 1 and not numpy.isnan(curve(ax, "φ(").get_ydata()).any()
    with pytest.raises(ValueError, match="no functions"):
        illustrations.activation_functions({})


def test_descent_paths_are_drawn_as_they_are():
    path = way_down()
    ax = illustrations.descent_paths(valley, {"gradient descent": path}).axes[0]
    assert curve(ax, "gradient").get_xydata().tolist() == path
    with pytest.raises(ValueError, match="no paths"):
        illustrations.descent_paths(valley, {})


def test_ids_do_not_clash_in_a_way_that_matters(drawn):
    first, second = (to_svg(drawn[name]) for name in ("curves", "weights"))
    clips = [dict(re.findall(r'<clipPath id="(\w+)">\s*<rect ([^>]*)/>', svg)) for svg in (first, second)]
    for shared in clips[0].keys() & clips[1].keys():
        assert clips[0][shared] == clips[1][shared]


def test_an_empty_figure_is_drawn_in_white():
    assert new_figure(2.0, 1.0).get_facecolor() == (1.0, 1.0, 1.0, 1.0)


def test_one_figure_shows_one_network_after_the_other_as_each_alone_would():
    def to_one_side(shift):
        return lambda P: [[x - shift] for x, _ in P]

    show = plots.boundary_on(X2, Y2, decision="logit", title="Decision boundary")
    for shift in (0.75, 1.25, 9.0, 1.25):
        alone = plots.decision_boundary(to_one_side(shift), X2, Y2, decision="logit")
        assert to_svg(show(to_one_side(shift))) == to_svg(alone)


def test_many_classes_have_room_in_the_legend(recwarn):
    centres = [[float(k % 8), float(k // 8)] for k in range(56)]
    nearest = lambda P: [[-((x - a) ** 2) - (y - b) ** 2 for a, b in centres] for x, y in P]
    figure = plots.decision_boundary(nearest, centres, list(range(56)), classes=[f"class {k}" for k in range(56)])
    figure.draw_without_rendering()
    box, whole = figure.axes[0].get_legend().get_window_extent(), figure.bbox
    assert not recwarn.list and box.x1 <= whole.x1 and box.y0 >= whole.y0 and box.y1 <= whole.y1
    assert figure.axes[0].get_window_extent().width > 200


NAN, INF = math.nan, math.inf
SPANS = numpy.array([1, 2, 3], dtype="m8[ns]")
POINTS = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    "column, message",
    [
        ([1.0, NAN, 2.0], r"\[1\] is nan"),
        ([INF, 1.0, 2.0], r"\[0\] is inf"),
        ([1.0, 2.0], "2 .* for 3|3 .* for 2"),
        ([], "is empty"),
        (SPANS, "a span of time"),
        ([1.0, "x", 2.0], r"\[1\] is 'x', which is not a number"),
        ([1.0, None, 2.0], r"\[1\] is None, which is not a number"),
        ([[1.0, 2.0]] * 3, r"\[0\] has 2 numbers"),
        ([b"1", b"2", b"3"], "bytes"),
    ],
)
def test_what_has_no_place_in_a_figure_is_refused_and_not_left_out(column, message):
    for given in ((column, [1.0, 2.0, 3.0]), ([1.0, 2.0, 3.0], column)):
        with pytest.raises(ValueError, match=message):
            plots.predicted_versus_true(*given)


def test_outputs_of_a_model_are_predictions():
    drawn = [
        plots.predicted_versus_true(found, [1.0, 2.0])
        for found in ([[1.5], [2.5]], [1.5, 2.5], numpy.array([1.5, 2.5]))
    ]
    assert len({to_svg(figure) for figure in drawn}) == 1


@pytest.mark.parametrize(
    "X, y, message",
    [
        ([[NAN, 1.0], *POINTS[1:]], [0, 1, 0], r"X\[0\]\[0\] is nan"),
        ([[0.0, INF], *POINTS[1:]], [0, 1, 0], r"X\[0\]\[1\] is inf"),
        (POINTS, [0, 1], "2 classes in y for 3 samples"),
        (SPANS.repeat(2).reshape(3, 2), [0, 1, 0], "a span of time"),
        ([{"a": 1.0, "b": 2.0}] * 3, [0, 1, 0], r"X\[0\] is {'a'"),
        ([b"ab"] * 3, [0, 1, 0], "bytes"),
        (["ab"] * 3, [0, 1, 0], "two inputs each"),
    ],
)
def test_so_is_a_sample_that_has_no_place_in_the_plane(X, y, message):
    with pytest.raises(ValueError, match=message):
        plots.decision_boundary(lambda rows: [[x - y] for x, y in rows], X, y, decision="logit")


@pytest.mark.parametrize(
    "matrix, classes, message",
    [
        ([[1, 2], [3, 4]], ["a"], "2 rows for 1 classes"),
        ([[1, 2], [3]], ["a", "b"], "1 numbers in row 1 for 2 classes"),
        ([[1, -2], [3, 4]], ["a", "b"], "row 0 has -2, which is no count"),
        ([[1, NAN], [3, 4]], ["a", "b"], "row 0 is nan"),
        ([], [], "no classes"),
    ],
)
def test_a_confusion_matrix_is_one_of_counts(matrix, classes, message):
    with pytest.raises(ValueError, match=message):
        plots.confusion(matrix, classes)


def test_epochs_names_and_grids_fit():
    with pytest.raises(ValueError, match="best_epoch is 9, and the history has 2 epochs"):
        plots.learning_curves({"loss": [1.0, 2.0]}, best_epoch=9)
    with pytest.raises(ValueError, match="1 names for 2 inputs"):
        plots.weights(MLP(2, [1], rng=1).layers[0], inputs=["a"])
    with pytest.raises(ValueError, match="an image of 3 × 3 is not of 2 inputs"):
        plots.weights(MLP(2, [1], rng=1).layers[0], grid=(3, 3))
