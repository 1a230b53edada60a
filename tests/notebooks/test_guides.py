"""The guides: every command that they show runs, or names what is there; every example is run somewhere.

Examples with >>> are doctests, which pytest collects; blocks `{shown}` are run when the site is built.
"""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from nn.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "notebooks/site").rglob("*.md"))]
BLOCK = re.compile(r"^```(\S*)\n(.*?)^```", re.M | re.S)
#: A program that a test of its own runs: tests/nn/test_optuna_recipe.py
RUN_ELSEWHERE = "import optuna"

pytestmark = pytest.mark.notebook


def blocks(page, language):
    return [text for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]


def commands(page):
    lines = "\n".join(blocks(page, "sh")).splitlines()
    return [command for line in lines for command in re.split(r" && ", line.split("  #")[0].strip()) if command]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_is_of_a_kind_that_is_tested(page):
    kinds = {kind for kind, _ in BLOCK.findall(page.read_text(encoding="utf-8"))}
    assert kinds <= {"python", "sh", "{shown}", "{toctree}"}
    for text in blocks(page, "python"):
        assert text.startswith(">>> ") or RUN_ELSEWHERE in text


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with the files that the guides take for given."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{50 + 3 * i},{'red' if i % 3 else 'blue'},{100 + 6 * i + 10 * (i % 3)}" for i in range(60)]
    Path("houses.csv").write_text("\n".join(["size,colour,price", *rows]) + "\n", encoding="utf-8")
    Path("new.csv").write_text("size,colour\n80,red\n95,blue\n", encoding="utf-8")


#: What the commands of a guide find that earlier ones made.
BEFORE = {"export": ["chalkgrad train iris --epochs 3", "chalkgrad train wine --epochs 3"]}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
@pytest.mark.filterwarnings("ignore")
def test_every_command_of_ours_runs(page, desk):
    ours = [command for command in commands(page) if re.match(r"(\.venv/bin/)?chalkgrad ", command)]
    if any(".onnx" in command for command in ours):
        pytest.importorskip("onnx")
    for command in [*BEFORE.get(page.stem, []), *ours] if ours else []:
        words = shlex.split(command)[1:]
        if words[0] == "train" and "--epochs" not in words:
            words += ["--epochs", "3"]
        result = CliRunner().invoke(main, words, catch_exceptions=False)
        assert result.exit_code == 0, f"{command}\n{result.output}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_other_command_names_what_is_there(page):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for command in commands(page):
        words = [word for word in shlex.split(command) if "=" not in word or word.startswith("-")]
        for word in words:
            if word.endswith((".py", ".ipynb")) and "/" in word and ".venv" not in word:
                assert (ROOT / word).is_file(), command
            for extra in re.findall(r"\.\[([\w,]+)\]", word):
                assert set(extra.split(",")) <= set(extras), command
        assert words[0] in {"python3", "pip", "chalkgrad", ".venv/bin/python", ".venv/bin/pip", ".venv/bin/chalkgrad",
                            ".venv/bin/jupyter", "taskset"}, command  # fmt: skip
