"""The steps as pictures, one for each: SVG files for slides, or a GIF that moves by itself.

Each frame is the final drawing without what has not been computed yet, with the step's equation below it.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from autograd.files import write_whole
from autograd.own_files import write_own
from autograd.show.drawing.picture_formats import SVG
from autograd.show.stepping.final_drawing import final_svg
from autograd.show.stepping.timeline import Step, Timeline
from autograd.show.writing.numbers import number

MOST_FRAMES = 400
CAPTION = 44  # points below the drawing
PIXELS_ACROSS = 1_400  # pixels of a GIF
SECONDS_A_STEP, SECONDS_AT_THE_END = 1.2, 4.0
INK = {"given": "#0b7568", "forward": "#0b7568", "backward": "#8a2f8f"}  # as the page has them
PACKAGES = {"resvg_py": "resvg-py", "PIL": "pillow"}
FAINT = "0.25"  # the opacity of what has not been reached


def frames(timeline: Timeline) -> Iterator[str]:
    """The picture at each step, as SVG.

    Raises:
        ValueError: if there are more than one looks at.
        RuntimeError: if CHALKGRAD_DOT leads to no program.
    """
    if len(timeline) > MOST_FRAMES:
        raise ValueError(
            f"{len(timeline):,} steps are too many for pictures of each (at most {MOST_FRAMES});"
            ' save("steps.html") makes a page of them'
        )
    svg = final_svg(timeline)
    values = {timeline.keys[node] for node in timeline.nodes if timeline.board.is_constant(node)}
    gradients: dict[str, str] = {}
    passed: set[str] = set()
    for step in timeline:
        if step.phase == "backward":
            gradients[step.key] = number(step.write.number, timeline.digits).text
            passed |= {f"e{step.source[1:]}_{step.position}"} if step.source else set()
        else:
            values |= {cell.key for cell in step.writes}
        yield frame(svg, step, values, gradients, passed)


def frame(svg: str, step: Step, values: set[str], gradients: dict[str, str], passed: set[str]) -> str:
    """The drawing with these values and gradients alone, the arrows along which something has flowed, and a caption."""
    ElementTree.register_namespace("", SVG.strip("{}"))
    root = ElementTree.fromstring(svg)
    now = {cell.key for cell in step.writes}
    for group in root.iter(f"{SVG}g"):
        name = group.get("id", "")
        if name.startswith("n") and group.get("class", "").startswith("node"):
            show_node(group, name, values, gradients, INK[step.phase] if name in now else "")
        elif name.startswith("e") and group.get("class", "").startswith("edge"):
            show_edge(group, name, f"n{name[1:].split('_')[0]}" in values, name in passed)
    return captioned(root, str(step).split(maxsplit=1)[1])


def show_node(group: Any, key: str, values: set[str], gradients: dict[str, str], ink: str) -> None:
    """Leave out of a card what has not been computed; mark the one that is written now."""
    for part in list(group):
        name = part.get("id", "")
        if (name.endswith("_value") and key not in values) or (name.endswith("_gradient") and key not in gradients):
            group.remove(part)
        elif name.endswith("_gradient"):
            for text in part.iter(f"{SVG}text"):
                text.text = gradients[key]
    if key not in values:
        group.set("opacity", FAINT)
    card = group.find(f"{SVG}rect")
    if ink and card is not None:
        card.attrib |= {"stroke": ink, "stroke-width": "3", "style": f"stroke:{ink}"}


def show_edge(group: Any, key: str, reached: bool, passed: bool) -> None:
    """An arrow is grey, and has no local derivative, until something has flowed back along it."""
    if passed:
        return
    for part in list(group):
        if part.tag not in (f"{SVG}path", f"{SVG}polygon"):
            group.remove(part)
        else:
            part.attrib |= {"stroke": "#626976", "stroke-width": "1"}
            part.attrib.pop("stroke-dasharray", None)
            if part.get("fill", "none") != "none":
                part.set("fill", "#626976")
    if not reached:
        group.set("opacity", FAINT)


def captioned(root: Any, caption: str) -> str:
    """The picture with a line of text below it, on white."""
    _, _, width, height = map(float, root.get("viewBox").split())
    wide = max(width, 9.0 * len(caption) + 24.0)
    root.attrib |= {
        "viewBox": f"0 0 {wide:g} {height + CAPTION:g}", "width": f"{wide:g}", "height": f"{height + CAPTION:g}"
    }  # fmt: skip
    ground = ElementTree.Element("rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    root.insert(0, ground)
    line = ElementTree.SubElement(root, "text", {"x": "14", "y": f"{height + CAPTION / 2:g}", "font-size": "16"})
    line.set("font-family", "Times,serif")
    line.text = caption
    return ElementTree.tostring(root, encoding="unicode")


def save_frames(timeline: Timeline, path: str | os.PathLike[str]) -> None:
    """Write steps.svg as steps-01.svg, steps-02.svg, …: one file a step, and no more that are of another graph.

    Raises:
        ValueError: if one of them is there and not ours; then none is written. And what `frames` raises.
    """
    file = Path(path)
    digits = len(str(len(timeline)))
    names = re.compile(rf"{re.escape(file.stem)}-\d+{re.escape(file.suffix)}")
    pictures = {
        file.with_name(f"{file.stem}-{count:0{digits}}{file.suffix}"): svg
        for count, svg in enumerate(frames(timeline), 1)
    }
    write_own(pictures, instead_of=names)


def save_gif(timeline: Timeline, path: str | os.PathLike[str]) -> None:
    """Write a GIF that goes through the steps again and again.

    Raises:
        ModuleNotFoundError: if resvg-py, Pillow or Matplotlib is missing, which draw it.
        ValueError, RuntimeError: as `frames`.
    """
    try:
        Image = import_module("PIL.Image")
        svg_to_bytes = import_module("resvg_py").svg_to_bytes
        fonts = Path(import_module("matplotlib").get_data_path()) / "fonts" / "ttf"
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"a GIF needs the package {PACKAGES.get(error.name or '', error.name)}, which is not installed:"
            " python -m pip install 'chalkgrad[gif]'.\n"
            'Without it, save("steps.svg") writes a picture for each step, and save("steps.html") a page.',
            name=error.name,
        ) from error
    # The fonts are Matplotlib's, so that there are some, and the same everywhere; the cards have room for them.
    fonts_of = {"font_dirs": [str(fonts)], "skip_system_fonts": True}
    families = {"sans_serif_family": "DejaVu Sans", "serif_family": "DejaVu Serif", "font_family": "DejaVu Sans"}
    rendered = (svg_to_bytes(svg_string=svg, **fonts_of, **families) for svg in frames(timeline))
    pictures = [Image.open(io.BytesIO(pixels)).convert("RGB") for pixels in rendered]
    width, height = (max(sizes) for sizes in zip(*(picture.size for picture in pictures), strict=True))
    scale = min(1.0, PIXELS_ACROSS / width)
    whole = (round(width * scale), round(height * scale))
    drawn = []
    for picture in pictures:
        ground = Image.new("RGB", (width, height), "white")
        ground.paste(picture, (0, 0))
        drawn.append(ground.resize(whole, Image.Resampling.LANCZOS).quantize(64))
    times = [round(1000 * SECONDS_A_STEP)] * (len(drawn) - 1) + [round(1000 * SECONDS_AT_THE_END)]
    written = io.BytesIO()
    drawn[0].save(written, format="gif", save_all=True, append_images=drawn[1:], duration=times, loop=0, optimize=True)
    write_whole(path, written.getvalue())
