"""chalkgrad practice: exercises in the terminal, as pages, and on paper."""

import re

import pytest
from click.testing import CliRunner

from autograd.show.practice import practice
from autograd.show.practising.exercises import exercise
from nn.cli import main


def run(*words, typed=""):
    return CliRunner().invoke(main, ["practice", *words], input=typed)


def test_the_terminal_asks_and_counts():
    made = practice(exercise(2, seed=4).root)
    answers = [f"{asked.question.right:.6g}" for asked in made.sheet.asked]
    done = run("--level", "2", "--seed", "4", typed="\n".join(answers))
    assert done.exit_code == 0, done.output
    assert f"{len(answers)} of {len(answers)} right at the first try." in done.output
    assert done.output.count("Right.") == len(answers)


def test_three_wrong_answers_show_the_right_one_and_the_end_of_the_input_ends():
    done = run("w*x", "w=2", "x=3", typed="77\n78\n79\n")
    assert done.exit_code == 0
    assert "So it is this: ∂f/∂w = ∂f/∂f · x = 1 · 3 = 3" in done.output
    assert "0 of 1 right at the first try." in done.output


def test_the_key_is_the_worked_solution():
    assert run("--level", "7", "--seed", "2", "--key").output == practice(exercise(7, seed=2).root).key + "\n"


def test_a_class_gets_a_page_each_and_one_file_to_print(tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("Ada Lovelace\n\n<b>Bob\nÉmilie du Châtelet\n", encoding="utf-8")
    page, paper = tmp_path / "sheet.html", tmp_path / "paper.html"
    done = run("--level", "3", "--class", str(names), "--html", str(page), "--print", str(paper))
    assert done.exit_code == 0, done.output
    assert done.output == ""
    pages = sorted(file.name for file in tmp_path.glob("sheet*"))
    assert pages == ["sheet-01-ada-lovelace.html", "sheet-02-b-bob.html", "sheet-03-émilie-du-châtelet.html"]
    written = paper.read_text(encoding="utf-8")
    assert "&lt;b&gt;Bob" in written and "<b>Bob" not in written
    sheets, key = written.split('<div class="key">')
    assert sheets.count("<section>") == key.count("<section>") == 3
    for place, student in enumerate(["Ada Lovelace", "<b>Bob", "Émilie du Châtelet"]):
        made = practice(exercise(3, student=student).root)
        solved = re.findall(r"<li>(.*?)</li>", key.split("<section>")[place + 1])
        assert solved == [asked.solution.html for asked in made.sheet.asked]
    assert not any(asked.solution.html in sheets for asked in made.sheet.asked)


@pytest.mark.parametrize(
    "words, complaint",
    [
        (["--class", "names.txt"], "give --html or --print a file"),
        (["--class", "names.txt", "w*x", "w=1", "x=2", "--html", "a.html"], "give one of them"),
        (["--class", "nobody.txt", "--html", "a.html"], "nobody.txt"),
        (["--class", "empty.txt", "--html", "a.html"], "has no name"),
        (["w*x", "w=1"], "x=number is missing"),
        (["3"], "nothing to ask"),
        (["--level", "9"], "9 is not in the range"),
    ],
)
def test_bad_input_is_an_error(words, complaint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_text("Ada\n")
    (tmp_path / "empty.txt").write_text("\n")
    done = run(*words)
    assert done.exit_code == 2
    assert complaint in done.output
