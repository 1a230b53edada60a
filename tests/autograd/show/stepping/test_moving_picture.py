"""The steps as pictures: what each shows, and the files that are left."""

import re
import sys
from xml.etree import ElementTree

import pytest

from autograd import Value
from autograd.show.stepping.moving_picture import MOST_FRAMES, frames
from autograd.show.steps import steps
from autograd.show.writing.numbers import number
from graphs import diamond, lecture, random_graph

SVG = "{http://www.w3.org/2000/svg}"


def shown(svg):
    """The texts in each place of a picture: a_n3_value → −6."""
    root = ElementTree.fromstring(svg)
    groups = {group.get("id"): "".join(group.itertext()) for group in root.iter(f"{SVG}g")}
    marked = [
        group.get("id") for group in root.iter(f"{SVG}g") if any(part.get("stroke-width") == "3" for part in group)
    ]
    return groups, marked, root[-1].text


@pytest.mark.parametrize("loss", [lecture(), diamond(), random_graph(30)])
def test_each_frame_has_what_has_been_computed_and_nothing_else(loss):
    timeline = steps(loss)
    values, gradients, passed = {}, {}, set()
    for node in timeline.nodes:
        if timeline.board.is_constant(node):
            values[timeline.keys[node]] = number(node.data).text
    for step, svg in zip(timeline, frames(timeline), strict=True):
        for cell in step.writes:
            (gradients if cell.kind == "grad" else values)[cell.key] = number(cell.number).text
        if step.source:
            passed.add(f"e{step.source[1:]}_{step.position}")
        groups, marked, caption = shown(svg)
        for what, expected in (("value", values), ("gradient", gradients)):
            there = {key[2 : -len(what) - 1]: text for key, text in groups.items() if key.endswith(f"_{what}")}
            assert there == expected
        assert {key for key, text in groups.items() if re.match(r"e\d", key or "") and text} <= passed
        assert {cell.key for cell in step.writes} <= set(marked)
        assert caption == str(step).split(maxsplit=1)[1]


def test_files_of_frames(tmp_path):
    timeline = steps(diamond())
    timeline.save(tmp_path / "steps.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"steps-{count}.svg" for count in range(1, 9)]
    assert (tmp_path / "steps-3.svg").read_text(encoding="utf-8").startswith(list(frames(timeline))[2])


def test_too_many_steps_name_the_page():
    timeline = steps(random_graph(MOST_FRAMES))
    with pytest.raises(ValueError, match=r'too many .* save\("steps.html"\)'):
        next(frames(timeline))


def test_a_label_is_text():
    x = Value(2.0, label="</text><script>")
    y = x * x
    svg = next(frames(steps(y)))
    assert "<script" not in svg and "script" in svg


def test_without_the_package_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs the package resvg-py.*chalkgrad\[gif\]"):
        steps(diamond()).save(tmp_path / "steps.gif")
    assert list(tmp_path.iterdir()) == []


def test_a_gif_has_a_picture_for_each_step(tmp_path):
    pytest.importorskip("resvg_py")
    image = pytest.importorskip("PIL.Image")
    timeline = steps(lecture())
    timeline.save(tmp_path / "steps.gif")
    with image.open(tmp_path / "steps.gif") as gif:
        assert gif.n_frames == len(timeline) and gif.info["loop"] == 0 and max(gif.size) <= 1400
        assert gif.info["duration"] == 1200
        pictures = []
        for place in range(gif.n_frames):
            gif.seek(place)
            pictures.append(gif.convert("RGB").tobytes())
    assert len(set(pictures)) == len(timeline)
