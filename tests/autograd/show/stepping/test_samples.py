"""Several samples: which nodes are their losses, and the page on which one chooses whose is looked at."""

# ruff: noqa: F811 (fixtures are imported, and are arguments of the same name)

import random
import time

import pytest

from autograd import Value, mean
from autograd import sum as sum_of
from autograd.graph import topological_order
from autograd.show.explain import explain
from autograd.show.stepping.page import page
from autograd.show.stepping.samples import mean_of_samples, sample_losses
from autograd.show.steps import steps
from autograd.show.writing.numbers import number
from nn import MLP
from nn.optimizers import GradientDescent

ROWS = [(1.0, 2.0), (2.0, 2.9), (3.0, 4.2)]


def line(rows=ROWS, w=0.5, b=0.1):
    """The parameters of a line, and the losses of points, the inputs being labelled."""
    w, b = Value(w, label="w"), Value(b, label="b")
    losses = []
    for place, point in enumerate(rows, 1):
        x, y = (Value(data, label=f"{name}{place}") for name, data in zip("xy", point, strict=True))
        losses.append((w * x + b - y) ** 2)
        losses[-1].label = f"L{place}"
    return [w, b], losses


def leaf_of(losses, label):
    return next(node for node in topological_order(losses[0]) if node.label == label)


MEANS = {
    "mean": mean,
    "sum / n": lambda losses: sum(losses) / len(losses),
    "sum of a list, scaled": lambda losses: 0.5 * sum_of(losses),
    "a + b + c": lambda losses: losses[0] + losses[1] + losses[2],
    "with a penalty": lambda losses: mean(losses) + 0.01 * leaf_of(losses, "w") ** 2,
}


@pytest.mark.parametrize("name", MEANS)
def test_a_mean_or_sum_over_samples_is_found(name):
    learning, losses = line()
    assert sample_losses(MEANS[name](losses), learning) == losses


@pytest.mark.parametrize("name", MEANS)
@pytest.mark.parametrize("terms", [2, 3])
def test_losses_that_are_sums_themselves_are_found_whole(name, terms):
    learning, parts = line([(0.3 * k, 1.0 - 0.2 * k * k) for k in range(3 * terms)])
    losses = [sum(parts[at + 1 : at + terms], parts[at]) for at in range(0, 3 * terms, terms)]
    assert sample_losses(MEANS[name](losses), learning) == losses


def test_large_sums_are_looked_at_once():
    many = Value(1.0, label="w")
    for _ in range(40):  # 2⁴⁰ ways down
        many = many + many * 0.5
    learning, losses = line([(0.001 * k, 1.0) for k in range(1500)])
    penalty = sum(w * w for w in learning for _ in range(300))
    start = time.process_time()
    assert sample_losses(many, [many]) == []
    assert sample_losses(sum(losses) / 1500.0 + 0.1 * penalty, learning) == losses
    assert sample_losses(penalty, learning) == []
    assert time.process_time() - start < 3.0


def test_what_is_no_sum_over_samples_is_not_taken_for_one():
    (w, b), losses = line()
    assert sample_losses(losses[0], [w, b]) == []
    assert sample_losses(losses[0] + 0.1 * w * w, [w, b]) == []
    assert sample_losses(mean(losses), []) == []
    assert sample_losses(losses[0] + losses[0], [w, b]) == []
    own = [Value(0.3, label=f"w{k}") for k in range(2)]
    outputs = mean([(w * b * each - 1.0) ** 2 for each in own])  # of one sample: each output has a weight of its own
    assert sample_losses(outputs, [w, b, *own]) == []
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    assert sample_losses(w * x + w * y, [w]) == []


def test_the_mean_leaves_the_losses_as_they_are():
    learning, losses = line()
    root = mean_of_samples(losses)
    assert root.label == "L" and root.data == pytest.approx(sum(loss.data for loss in losses) / 3)
    losses[1].label = "L"
    assert mean_of_samples(losses).label == "loss"
    assert [loss.label for loss in losses] == ["L1", "L", "L3"] and all(leaf.grad == 0.0 for leaf in learning)
    shown = steps(losses)
    assert shown.gradients[learning[0]] == pytest.approx(sum(2 * (0.5 * x + 0.1 - y) * x for x, y in ROWS) / 3)
    with pytest.raises(TypeError, match="a sample's loss is a computed Value"):
        steps([losses[0], 3.0])
    with pytest.raises(ValueError, match="was given none"):
        steps([])


# ── On the page ─────────────────────────────────────────────────────────────────────────────────────────────────────

browser = pytest.mark.browser


def frame(tab):
    tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def boxes(tab):
    return tab.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('g.node[data-part]')].map((node) => [
            node.dataset.part,
            ['value', 'gradient'].map((what) => node.querySelector(`.cg-${what} text`)?.textContent ?? '')]))"""
    )


def expected(shown):
    return {
        shown.keys[node]: [
            number(node.data).text,
            "" if shown.board.is_constant(node) else number(shown.gradients[node]).text,
        ]
        for node in shown.nodes
    }


def aside(tab):
    return set(tab.evaluate("[...document.querySelectorAll('g.node.cg-aside')].map((node) => node.dataset.part)"))


def below(shown, loss):
    return {shown.keys[node] for node in topological_order(loss)}


@browser
def test_whose_sample_is_looked_at_is_chosen_by_list_and_by_keys(open_page):
    _, losses = line()
    shown = steps(losses)
    tab = open_page(page(shown, shown.choices))
    chooser = tab.get_by_label("Whose sample is looked at")
    assert chooser.locator("option").all_inner_texts() == [
        "all 3 samples", "sample 1: L₁", "sample 2: L₂", "sample 3: L₃",
    ]  # fmt: skip
    everything = [below(shown, loss) for loss in losses]
    tab.keyboard.press("End")
    all_done = boxes(tab)
    for place in (1, 2, 3, 0):
        tab.keyboard.press("s")
        mine = everything[place - 1]
        assert aside(tab) == (set.union(*everything) - mine if place else set())
        assert boxes(tab) == all_done == expected(shown)  # also of the others
    tab.keyboard.press("Shift+S")
    assert chooser.input_value() == "2"
    fields = tab.locator(".cg-leaves input[type=text]").evaluate_all("(all) => all.map((one) => one.ariaLabel)")
    assert sorted(fields) == ["Value of b", "Value of w", "Value of x₃", "Value of y₃"]
    chooser.select_option("0")
    assert aside(tab) == set.union(*everything) - everything[0]


@browser
def test_the_steps_are_those_of_the_sample_and_the_rest_is_done_at_once(open_page):
    _, losses = line()
    shown = steps(losses)
    tab = open_page(page(shown, shown.choices))
    mine = below(shown, losses[1])
    tab.get_by_label("Whose sample is looked at").select_option("1")
    tab.locator(".cg-figure").click(position={"x": 3, "y": 3})
    tab.keyboard.press("Home")
    counted = 0
    for step in range(int(tab.locator(".cg-controls input[type=range]").get_attribute("max")) + 1):
        phase = tab.locator(".cg-phase").inner_text().lower()
        if phase == "elsewhere":
            words = tab.locator(".cg-formula").inner_text()
            counted += int(words.split()[1])
            assert "of other samples" in words
        else:
            counted += phase != "update"
            now = set(tab.evaluate("[...document.querySelectorAll('g.node.cg-now')].map((node) => node.dataset.part)"))
            assert step == 0 or now <= mine | {shown.keys[shown.root]}
        tab.keyboard.press("ArrowRight")
    assert counted == len(shown)
    assert boxes(tab) == expected(shown)
    tab.keyboard.press("Home")
    for _ in range(3):
        tab.keyboard.press("ArrowRight")
    before = tab.locator(".cg-formula").inner_text()
    tab.keyboard.press("s")
    tab.keyboard.press("Shift+S")
    assert tab.locator(".cg-formula").inner_text() == before  # at the same step again


@browser
def test_learning_uses_the_gradient_of_the_mean_whosever_sample_is_looked_at(open_page):
    learning, losses = line()
    shown = steps(losses)
    tab = open_page(page(shown, shown.choices))
    tab.keyboard.press("End")
    tab.get_by_label("Learning rate η", exact=True).fill("0.05")
    tab.get_by_label("Learning rate η", exact=True).press("Enter")
    optimizer = GradientDescent(0.05)
    parameters = {leaf.label: leaf for leaf in learning}
    means = []
    for step in range(100):
        if step % 20 == 0:
            tab.get_by_label("Whose sample is looked at").select_option(str(step // 20 % 3))
        tab.get_by_role("button", name="Step", exact=True).click()
        _, losses = line(w=learning[0].data, b=learning[1].data)
        root = mean_of_samples(losses)
        w, b = (next(n for n in steps(root).nodes if n.label == name) for name in ("w", "b"))
        root.backward()
        for leaf, found in zip(learning, (w, b), strict=True):
            leaf.grad = found.grad
        optimizer.step(parameters)
        means.append(root.data)
    frame(tab)
    _, losses = line(w=learning[0].data, b=learning[1].data)
    assert boxes(tab) == expected(steps(losses))
    assert means[-1] < 0.01 * means[0]
    label = tab.locator(".cg-curve").get_attribute("aria-label")
    assert label == f"L after 100 steps: {number(mean_of_samples(losses).data).text}"


@browser
def test_an_expression_that_is_typed_may_have_several_samples(open_page, tmp_path):
    text = "L1 = (w*x1 + b - y1)**2; L2 = (w*x2 + b - y2)**2; L = (L1 + L2)/2"
    explain(text, {"w": 0.5, "x1": 1.0, "b": 0.1, "y1": 2.0, "x2": 2.0, "y2": 3.0}, html=tmp_path / "page.html")
    tab = open_page((tmp_path / "page.html").read_text(encoding="utf-8"))
    options = tab.get_by_label("Whose sample is looked at").locator("option")
    assert options.all_inner_texts() == ["all 2 samples", "sample 1: L₁", "sample 2: L₂"]


@browser
def test_numbers_that_grow_longer_stay_in_their_cards(open_page):
    _, losses = line()
    tab = open_page(page(steps(losses)))
    tab.keyboard.press("End")
    for name, typed in (("w", "0.00000123456"), ("x₁", "-0.0000234567"), ("b", "-1.23456e-11")):
        tab.get_by_label(f"Value of {name}", exact=True).fill(typed)
        tab.get_by_label(f"Value of {name}", exact=True).press("Enter")
    frame(tab)
    over = tab.evaluate(
        """() => [...document.querySelectorAll('g.node')].flatMap((node) => {
            const card = node.querySelector('rect').getBoundingClientRect();
            return [...node.querySelectorAll('.cg-value text, .cg-gradient text')]
                .filter((text) => text.textContent && text.getBoundingClientRect().right > card.right + 0.5)
                .map((text) => text.textContent);
        })"""
    )
    assert over == []
    tab.get_by_label("Value of w", exact=True).fill("2")
    tab.get_by_label("Value of w", exact=True).press("Enter")
    frame(tab)
    pressed = tab.locator("g.node", has_text="w").first.locator(".cg-value text")
    assert pressed.get_attribute("textLength") is None


@browser
def test_the_samples_of_a_network_s_loss_are_found_and_a_mistake_can_be_watched_in_one(open_page):
    model = MLP(2, [2, 1], rng=random.Random(3))
    points = [([0.5, -1.0], 1.0), ([1.5, 0.3], -1.0)]
    loss = mean([(model(x)[0] - y) ** 2 for x, y in points])
    shown = steps(loss)
    tab = open_page(page(shown))
    assert tab.get_by_label("Whose sample is looked at").locator("option").count() == 3
    tab.keyboard.press("s")
    tab.get_by_label("zero_grad forgotten").check(force=True)
    tab.keyboard.press("End")
    tab.get_by_label("Backpropagation").check(force=True)
    tab.keyboard.press("End")
    assert boxes(tab) == expected(shown)
