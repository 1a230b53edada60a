"""The glossary: terms are introduced where they first stand, and every link to one of them leads there."""

import re

import pytest

pytest.importorskip("nbformat")

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.files import notebooks, read
from tools.glossary import GLOSSARY, address, entries, faults_of_glossary, first_cell

COURSE = {path: read(path) for path in notebooks()}


def test_terms_first_stand_where_the_glossary_says_and_are_introduced_there():
    early = re.compile(r".*: 0[1-5]-.* neither links")  # to be linked from there
    assert [fault for fault in faults_of_glossary(COURSE) if not early.match(fault)] == []


def test_every_entry_has_one_paragraph():
    text = GLOSSARY.read_text(encoding="utf-8")
    assert len(entries()) == text.count("\n## ") > 70


def test_the_files_that_the_glossary_links_to_are_there():
    links = re.findall(r"\]\(([^)#]+)\)", GLOSSARY.read_text(encoding="utf-8"))
    assert links and {link for link in links if not (GLOSSARY.parent / link).is_file()} == set()


def test_an_address_is_what_github_and_jupyter_make_of_the_heading():
    assert [address(term) for term in ("loss", "local derivative")] == ["loss", "local-derivative"]


@pytest.mark.parametrize(
    "text, stands",
    [
        ("Two epochs.", True),
        ("`epoch`", True),
        ("```python\nepoch\n```", False),
        ("[it](glossary.md#epoch)", False),
        ("epochal", False),
    ],
)
def test_a_term_stands_in_a_sentence_and_not_in_code(text, stands):
    cells = [new_code_cell("epoch = 1", id="code"), new_markdown_cell(text, id="text")]
    assert bool(first_cell("epoch", new_notebook(cells=cells))) is stands


def test_faults_are_found():
    path = notebooks()[0]
    cells = [new_markdown_cell("A batch of [x](glossary.md#y).", id="intro")]
    text = (
        f"## epoch\n\nWhat. First in [notebook 1]({path.name}).\n\n"
        f"## batch\n\nWhat, see [z](#z). First in [notebook 1]({path.name}).\n\n## Loss\n\nWhat."
    )
    found = " ".join(faults_of_glossary({path: new_notebook(cells=cells)}, text))
    for fault in ("alphabet", "epoch: stands in no", "no #z", "neither links", "Loss: a heading", "ends with", "no #y"):
        assert fault in found
