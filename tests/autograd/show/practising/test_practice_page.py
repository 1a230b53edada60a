"""The page that asks, in a real browser: by keyboard alone, diagnosed, revealed, counted, several on one page."""

# ruff: noqa: F811 (fixtures are imported, and are arguments of the same name)

import pytest

from autograd import Value
from autograd.show.practice import MOST_VARIANTS, practice
from autograd.show.practising.good_numbers import other_numbers
from autograd.show.practising.mistakes import TYPICAL_MISTAKES
from autograd.show.practising.wording import Sheet
from autograd.show.stepping.player import document
from autograd.show.writing.numbers import number
from graphs import lecture

pytestmark = pytest.mark.browser

HINTS = {mistake.name: mistake.hint for mistake in TYPICAL_MISTAKES}


@pytest.fixture
def asked():
    return practice(lecture())


@pytest.fixture
def tab(open_page, asked):
    return open_page(document("", asked.fragment()))


def enter(tab, text):
    tab.keyboard.type(text)
    tab.keyboard.press("Enter")


def unraised(text):
    """v₆ as a browser reads out <sub>6</sub>."""
    return text.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))


def said(tab):
    return tab.locator(".cg-verdict").inner_text()


def gradients(tab):
    """What stands in the boxes' places for gradients: key → text."""
    return tab.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('g.node[data-part]')]
            .map((node) => [node.dataset.part, node.querySelector('.cg-gradient text')?.textContent])
            .filter(([, text]) => text))"""
    )


def test_all_of_it_by_keyboard_alone(tab, asked):
    """The field has the focus; Enter checks, and goes on. Nothing else is pressed."""
    timeline = asked.sheet.timeline
    assert gradients(tab) == {timeline.keys[timeline.root]: "1"}
    for each in asked.sheet.asked:
        assert tab.locator(".cg-formula").inner_text() == unraised(each.prompt.text)
        enter(tab, f"{each.question.right:.6g}")
        assert said(tab).startswith("Right.")
        tab.keyboard.press("Enter")
    count = len(asked)
    assert said(tab) == f"All {count} are answered, {count} of them right at the first try."
    nodes = [node for node in timeline.nodes if not timeline.board.is_constant(node)]
    assert gradients(tab) == {timeline.keys[node]: number(timeline.gradients[node]).text for node in nodes}
    tab.keyboard.press("Enter")  # again
    assert tab.locator(".cg-score").inner_text().startswith(f"Question 1 of {count}")
    assert gradients(tab) == {timeline.keys[timeline.root]: "1"}


def test_a_mistake_is_named_and_a_first_try_is_only_the_first(tab, asked):
    enter(tab, "0.5")
    tab.keyboard.press("Enter")
    slip = next(s for s in asked.sheet.asked[1].question.slips if s.mistake.name == "nothing from above")
    enter(tab, f"{slip.number:.4g}")
    assert said(tab) == HINTS["nothing from above"]
    assert tab.locator(".cg-verdict").get_attribute("aria-live") == "polite"
    enter(tab, f"{asked.sheet.asked[1].question.right:.4g}")
    assert said(tab).startswith("Right.")
    assert tab.locator(".cg-score").inner_text() == f"Question 2 of {len(asked)} · right at first try: 1 of 2"


def test_what_fits_no_mistake_gets_formula_numbers_answer(tab, asked):
    tab.keyboard.type("0.5")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Enter")
    shown = tab.locator(".cg-hints li")
    enter(tab, "77")
    assert shown.count() == 1 and "∂v7/∂v6" in shown.inner_text()
    enter(tab, "?")
    assert shown.count() == 2 and "0.5" in shown.last.inner_text()
    enter(tab, "78")
    assert shown.count() == 0 and said(tab).startswith("So it is this. ∂L/∂v6")
    assert tab.locator(".cg-done li").count() == 2
    assert "right at first try: 1 of 2" in tab.locator(".cg-score").inner_text()


def test_other_numbers_are_asked_for_with_a_button(tab, asked):
    """As many as were found; all of them are questions about the same graph, and then come the first again."""
    roots = list(other_numbers(asked.sheet.timeline.root, MOST_VARIANTS, "steps"))
    assert len(roots) > 2
    for root in [*roots, asked.sheet.timeline.root]:
        enter(tab, "0.5")  # whatever has been answered
        tab.get_by_role("button", name="Other numbers").click()
        sheet = asked.sheet.over(root)
        timeline = sheet.timeline
        values = tab.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('g.node[data-part]')]
                .map((node) => [node.dataset.part, node.querySelector('.cg-value text').textContent]))"""
        )
        assert values == {timeline.keys[node]: number(node.data).text for node in timeline.nodes}
        assert gradients(tab) == {timeline.keys[timeline.root]: "1"}
        assert tab.locator(".cg-score").inner_text() == f"Question 1 of {len(asked)} · right at first try: 0 of 0"
        for each in sheet.asked[:3]:
            enter(tab, f"{each.question.right:.6g}")
            assert said(tab).startswith("Right.")
            tab.keyboard.press("Enter")


def test_what_is_no_number_is_said_and_costs_nothing(tab):
    enter(tab, "a half")
    assert "no number" in said(tab)
    tab.keyboard.press("Control+a")
    enter(tab, "1/2")
    assert said(tab).startswith("Right.")
    assert "right at first try: 1 of 1" in tab.locator(".cg-score").inner_text()


@pytest.mark.parametrize("name", ["Local derivatives", "Whole gradients", "An update"])
def test_each_mode_begins_with_what_it_does_not_ask(tab, asked, name):
    tab.get_by_label(name).check(force=True)
    timeline = asked.sheet.timeline
    mode = {"Local derivatives": "local", "Whole gradients": "gradients", "An update": "update"}[name]
    assert tab.locator(".cg-score").inner_text().startswith(f"Question 1 of {len(Sheet(lecture(), mode=mode).asked)}")
    shown = {
        "local": 0,
        "gradients": 1,
        "update": len([n for n in timeline.nodes if not timeline.board.is_constant(n)]),
    }
    assert len(gradients(tab)) == shown[mode]
    tab.get_by_label("Backward steps").check(force=True)
    assert len(gradients(tab)) == 1


def test_no_answer_can_be_seen_before_it_is_given(open_page, asked):
    """Neither in the still picture, nor by an arrow's colour, dashes or width."""
    tab = open_page(document("", asked.fragment()))
    texts = tab.evaluate("[...document.querySelectorAll('.cg-figure g.edge text')].map((text) => text.textContent)")
    assert set(texts) == {""}
    looks = tab.evaluate(
        """[...new Set([...document.querySelectorAll('.cg-figure g.edge:not(.cg-now) path')].map((path) => {
            const {stroke, strokeWidth, strokeDasharray} = getComputedStyle(path);
            return [stroke, strokeWidth, strokeDasharray].join();
        }))]"""
    )
    assert len(looks) == 1
    still = tab.evaluate("atob(document.querySelector('.cg-still img').src.split(',')[1])")
    assert "−0.599" in still.encode("latin-1").decode() and "0.0679" not in still.encode("latin-1").decode()


def test_several_on_one_page_and_hostile_labels(open_page):
    evil = [Value(2.0, label="</script><b>"), Value(3.0, label="__proto__"), Value(0.5, label="constructor")]
    one = evil[0] * evil[1] * evil[2]
    tab = open_page(document("", practice(one).fragment() + practice(lecture()).fragment() + practice(one).fragment()))
    assert tab.locator(".cg-practice").count() == 3
    assert tab.locator(".cg-practice").nth(1).locator("h2").inner_text().startswith("L")
    tab.locator(".cg-practice").nth(2).locator(".cg-answer input").fill("0.5")
    tab.keyboard.press("Enter")
    assert tab.locator(".cg-verdict").nth(2).inner_text().startswith("Right.")
    assert tab.locator(".cg-verdict").nth(0).inner_text() == ""


@pytest.mark.parametrize("width, height", [(1280, 800), (700, 900), (390, 844)])
def test_nothing_is_clipped(open_page, asked, width, height):
    tab = open_page(document("", asked.fragment()), viewport={"width": width, "height": height})
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    for name in (".cg-answer input", ".cg-check-button", ".cg-formula"):
        box = tab.locator(name).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
