"""The network on the report's page: its answers beside those of Python, in Node, and touched in a browser."""

# ruff: noqa: F811 (fixtures are imported, and are arguments of the same name)

import math
import random

import pytest
from scripts import in_node

from autograd import Value
from autograd.graph import topological_order
from autograd.show.stepping.player import asset, document, script_literal
from autograd.show.steps import steps
from autograd.show.writing.numbers import number
from nn.app.experiment import Settings, experiment, prepared
from nn.app.neurons import neurons_at
from nn.app.report import report_page
from nn.app.what_if import MOST_PARAMETERS, NETWORK_SCRIPTS, shares_of, what_if, what_if_data
from nn.data.bundled import load
from nn.data.csv_file import CsvForm
from nn.data.dataset import dataset_of, load_csv
from nn.data.messages import DataError
from nn.data.table import table_of
from nn.predictor import Predictor


def shop(answer, rows=90):
    """A table with numbers, categories, missing cells, and names that are markup."""
    rng = random.Random(3)
    colours, shops = ["red", "blue", None], ["A&B", "<i>x</i>", "__proto__"]
    table = []
    for row in range(rows):
        age, hue, place = rng.randint(18, 80), rng.choice(colours), rng.choice(shops)
        price = 100 + 2 * age + 50 * (hue == "red") + rng.gauss(0, 10)
        cells = {
            "age": None if row % 9 == 4 else age,
            "size": rng.gauss(0, 1),
            "</script> hue": hue,
            "shop": place,
        }
        table.append(cells | {"y": price if answer == "price" else "yes" if price > 220 + rng.gauss(0, 30) else "no"})
    return dataset_of(table_of(table), "y")


def run_of(data, **settings):
    return experiment(data, Settings(**{"hidden": (5,), "epochs": 4, "seed": 2} | settings), verbose=0)


RUNS = {
    "logits": lambda: run_of(load("iris")),
    "probabilities": lambda: run_of(load("iris"), loss="categorical_cross_entropy", activation="prelu"),
    "one logit": lambda: run_of(shop("class"), loss="binary_cross_entropy_with_logits", activation="gelu"),
    "one probability": lambda: run_of(shop("class"), loss="binary_cross_entropy", activation="relu"),
    "score": lambda: run_of(shop("class"), loss="hinge", activation="softplus", hidden=(4, 3)),
    "number": lambda: run_of(shop("price"), activation="elu"),
    "linear": lambda: run_of(shop("price"), hidden=()),
}


def other_cells(data, rng):
    """Cells of a row that may not be in any table."""
    return [
        rng.randint(-1, len(column["known"]) - 1)
        if "known" in column
        else rng.choice([None, rng.uniform(column["low"], column["high"])])
        for column in data["columns"]
    ]


def as_row(data, cells, categories):
    """The same as Python takes it."""
    row = {}
    for column, cell in zip(data["columns"], cells, strict=True):
        known = categories.get(column["name"])
        row[column["name"]] = cell if known is None else "something else" if cell < 0 else known[cell]
    return row


@pytest.mark.parametrize("kind", RUNS)
def test_answers_shares_and_pushes_are_those_of_python(kind):
    run = RUNS[kind]()
    data, rules = what_if_data(run)
    rng = random.Random(1)
    asked = [row["cells"] for row in data["rows"]] + [other_cells(data, rng) for _ in range(30)]
    script = f"""{"".join(asset(each) + chr(10) for each in NETWORK_SCRIPTS)}
const network = new Network({{...{script_literal(data)}, rules: [{",".join(rules)}]}});
const answer = (asked) => asked.map((cells) => {{
  network.take(cells);
  return [network.answer, network.shown, network.shown.map((_, share) => network.pushes(share))];
}});"""
    found = in_node(script, asked)
    trained: Predictor = run.trained
    rows = [as_row(data, cells, trained.prepare.categories) for cells in asked]
    outputs = trained.outputs(rows)
    answers, probabilities = trained.answers(outputs), trained.probabilities(outputs)
    for place, (answer, shown, pushes) in enumerate(found):
        if trained.prepare.classes:
            assert answer == answers[place]
        else:
            assert answer == pytest.approx(answers[place], rel=1e-12)
        if probabilities is not None:
            assert shown == pytest.approx(probabilities[place], rel=1e-11, abs=1e-14)
        assert pushes == [pytest.approx(each, rel=1e-9, abs=1e-12) for each in pushes_of(trained, rows[place])]
    tested = [answers[place] for place in range(len(data["rows"]))]
    assert sorted(map(str, tested)) == sorted(map(str, run.test_answers))


def pushes_of(trained, row):
    """Input × gradient by the engine, a column's inputs together."""
    inputs = [Value(x) for x in trained.prepare.transform([row])[0]]
    widths = [1] * len(trained.prepare.numbers) + [len(known) for known in trained.prepare.categories.values()]
    pushes = []
    for share in range(len(shares_of(trained, trained.model(inputs)))):
        for leaf in [*inputs, *trained.model.parameters()]:
            leaf.grad = 0.0
        shares_of(trained, trained.model(inputs))[share].backward()
        parts = [leaf.data * leaf.grad for leaf in inputs]
        ends = [sum(widths[: place + 1]) for place in range(len(widths))]
        pushes.append([math.fsum(parts[end - width : end]) for end, width in zip(ends, widths, strict=True)])
    return pushes


def test_what_stands_for_nothing_on_the_page_is_what_does_so_in_python(tmp_path):
    rows = "".join(f"{'broken' if i % 9 == 4 else i % 7},{'ab'[i % 2]},{i % 7 + 0.5}\n" for i in range(60))
    (tmp_path / "d.csv").write_text(f"x,hue,y\n{rows}")
    run = run_of(load_csv(tmp_path / "d.csv", "y", CsvForm(missing=["broken", "-99", "0"])))
    data, _ = what_if_data(run)
    (column,) = (column for column in data["columns"] if column["name"] == "x")
    typed = [
        "",
        " ",
        "broken",
        "Broken",
        "-99",
        "−99",
        "-99.0",
        "0",
        "0.0",
        "3",
        "2,5",
        "NA",
        "n/a",
        "?",
        "none",
        "-",
        "x",
    ]
    script = "".join(asset(each) + "\n" for each in NETWORK_SCRIPTS)
    script += f"""const column = {script_literal(column)};
const readAs = (cell) => {{
  const x = cellOf(cell, column.nothing);
  return [x === null, Number.isNaN(x)];
}};
const answer = (asked) => asked.map(readAs);"""
    found = in_node(script, [*typed, -99, 0, 3])
    for cell, (nothing, bad) in zip([*typed, -99, 0, 3], found, strict=True):
        cell = cell.strip().replace(",", ".") if isinstance(cell, str) else cell
        try:
            missing = bool(run.trained.prepare.table([{"x": cell, "hue": "a"}]).column("x").as_kind("number").missing)
        except DataError:
            assert bad, cell
        else:
            assert (nothing, bad) == (missing, False), cell


def test_rows_begin_with_those_that_were_answered_worst():
    wrong = [row["wrong"] for row in what_if_data(run_of(shop("class")))[0]["rows"]]
    assert wrong == sorted(wrong, reverse=True) and any(wrong)
    run = run_of(shop("price"))
    data, _ = what_if_data(run)
    errors = [abs(a - t) for a, t in zip(run.test_answers, run.parts["test"].targets, strict=True)]
    first = run.parts["test"].table.lines[max(range(len(errors)), key=errors.__getitem__)]
    assert data["rows"][0]["line"] == first and not any(row["wrong"] for row in data["rows"])


def test_a_network_that_is_too_large_says_so():
    run = run_of(load("iris"), hidden=(60, 40), epochs=1)
    parameters = len(run.trained.model.parameters())
    assert parameters > MOST_PARAMETERS
    assert f"{parameters:,} parameters" in what_if(run) and "<script>" not in what_if(run)
    assert f"{parameters:,} parameters" in report_page(run, {}, [])


def test_without_test_rows_it_says_so():
    assert "no test rows" in what_if(run_of(load("iris"), split=(0.8, 0.2, 0.0)))


@pytest.mark.browser
def test_touching_the_inputs_of_a_row(open_page):
    run = run_of(shop("class"))
    trained, (data, _) = run.trained, what_if_data(run)
    tab = open_page(report_page(run, {}, []))

    def check(cells):
        outputs = trained.outputs([as_row(data, cells, trained.prepare.categories)])
        assert tab.locator(".wi-answer b").inner_text() == trained.answers(outputs)[0]
        shown = [text.removesuffix(" %") for text in tab.locator(".wi-class .wi-number").all_inner_texts()]
        assert shown == [f"{100 * p:.1f}" for p in trained.probabilities(outputs)[0]]

    cells = list(data["rows"][0]["cells"])
    check(cells)
    assert tab.locator(".wi-truth").inner_text() == f"In the table it is {data['rows'][0]['true']}."
    names = [column["name"] for column in data["columns"]]
    for place, column in enumerate(data["columns"]):
        control = tab.get_by_label(f"Value of {names[place]}", exact=True)
        if "known" in column:
            for choice in (0, -1):
                control.select_option(str(choice))
                cells[place] = choice
                check(cells)
        else:
            control.fill("1,5")
            control.press("Enter")
            cells[place] = 1.5
            check(cells)
            control.fill("no number")
            control.press("Enter")
            assert control.get_attribute("aria-invalid") == "true"
            check(cells)
            control.fill("")
            control.press("Enter")
            cells[place] = None
            check(cells)
            tab.get_by_label(f"Slide {names[place]}", exact=True).focus()
            tab.keyboard.press("End")
            cells[place] = float(f"{column['high']:.12g}") if column["whole"] else None
            if column["whole"]:
                check(cells)
            control.fill("40")
            control.press("Enter")
            cells[place] = 40.0
    assert "not the row of the table any more" in tab.locator(".wi-truth").inner_text()
    tab.get_by_role("button", name="Back to the row").click()
    check(data["rows"][0]["cells"])
    tab.get_by_role("button", name="Next that was answered wrongly").click()
    assert tab.get_by_label("Test row").input_value() == "1"
    check(data["rows"][1]["cells"])
    for place, name in enumerate(trained.prepare.classes):
        tab.locator(".wi-class input").nth(place).check()
        assert f"the probability of {name}:" in tab.locator(".wi-about").inner_text()


# ── Its neurons ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", RUNS)
def test_the_neurons_have_the_loss_and_the_gradients_of_the_network(kind):
    run = RUNS[kind]()
    trained, test = run.trained, run.parts["test"]
    inputs, targets = prepared(test, trained.prepare, trained.head)
    for row in range(5):
        neurons = neurons_at(trained, inputs[row].tolist(), targets[row].item())
        x = [Value(number) for number in inputs[row].tolist()]
        loss = trained.loss(trained.model(x), targets[row].item())
        loss.backward()
        neurons.root.backward()
        assert neurons.root.data == pytest.approx(loss.data, rel=1e-12)
        assert [leaf.grad for leaf in neurons.inputs] == pytest.approx([leaf.grad for leaf in x], rel=1e-9, abs=1e-15)
    several = trained.model.sizes[-1] > 1
    before_softmax = trained.model.sizes[-1] if several and trained.loss.expects == "probabilities" else 0
    sizes = sum(trained.model.sizes) + before_softmax
    assert len(topological_order(neurons.root)) == len(x) + sizes + len(neurons.targets) + 1
    trained.model.zero_grad()


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["logits", "one logit", "number"])
def test_the_neurons_of_a_row_open_in_the_stepper_and_follow_it(open_page, kind):
    run = RUNS[kind]()
    trained = run.trained
    data, _ = what_if_data(run)
    tab = open_page(document("", what_if(run)))
    tab.get_by_role("button", name="Open its neurons").click()
    stepper = tab.locator(".wi-neurons .cg-player")
    assert stepper.locator(".cg-phase").inner_text().lower() == "result"
    for place in (0, 1, 5):
        tab.get_by_label("Test row").select_option(str(place))
        tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        row = data["rows"][place]
        cells = [as_row(data, row["cells"], trained.prepare.categories)]
        right = row["true"]
        code = trained.head.codes[trained.prepare.classes.index(right)] if trained.prepare.classes else None
        scale = trained.prepare.to_dict()["target_scaler"] if code is None else None
        target = code if scale is None else (right - scale["mean"][0]) / scale["scale"][0]
        shown = steps(neurons_at(trained, trained.prepare.input_array(cells)[0].tolist(), target).root)
        stepper.locator(".cg-controls button").nth(4).click()  # to the last step
        boxes = tab.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('g.node[data-part]')].map((node) => [
                node.dataset.part,
                ['value', 'gradient'].map((what) => node.querySelector(`.cg-${what} text`).textContent)]))"""
        )
        assert boxes == {
            shown.keys[node]: [number(node.data).text, number(shown.gradients[node]).text] for node in shown.nodes
        }
    stepper.locator(".cg-figure").click(position={"x": 3, "y": 3})
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowRight")
    assert stepper.locator(".cg-phase").inner_text().lower() == "forward"
    tab.get_by_role("button", name="Close its neurons").click()
    assert not stepper.is_visible()
