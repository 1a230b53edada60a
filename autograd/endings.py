"""What the ending of a file's name says: nothing is written under a name that says that it is something else.

>>> check_ending("steps.html", "steps", "html", "gif"), check_ending("pipe", "steps", "html"), check_ending("a.v2", "")
(None, None, None)
>>> check_ending("steps.PDF", "steps", "html", "gif")
Traceback (most recent call last):
    ...
ValueError: steps.PDF: steps are saved as .html or .gif, and not as .pdf
"""

from __future__ import annotations

import os

FORMS = frozenset(
    "html htm xhtml svg svgz gif png apng jpg jpeg webp bmp ico tif tiff eps ps pdf pgf mp4 webm avi mov tex latex md"
    " txt csv tsv json jsonl ipynb py js css xml yaml yml toml ini xls xlsx ods doc docx odt rtf ppt pptx odp parquet"
    " feather arff npy npz mat pkl pickle pt pth onnx h5 hdf5 zip gz bz2 xz tar gv dot".split()
)
"""The endings that say something; any other is a part of the name."""


def check_ending(path: str | os.PathLike[str], what: str, *own: str) -> None:
    """Make sure that a name does not end as those of files of another form do.

    Args:
        path: where something is going to be written.
        what: is going to be, in words that "are saved" can follow.
        own: the endings that it may have. With none that says something a name is right for anything.

    Raises:
        ValueError: saying which there are.
    """
    ending = os.path.splitext(os.fspath(path))[1][1:].lower()
    if ending in FORMS and ending not in own:
        *others, last = (f".{form}" for form in own)
        forms = f"{', '.join(others)} or {last}" if others else last
        raise ValueError(f"{os.fspath(path)}: {what} are saved as {forms}, and not as .{ending}")
