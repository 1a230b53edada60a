"""Names that nobody has typed replace nothing foreign, and names that say one thing do not hold another."""

import os
import re

import pytest
from click.testing import CliRunner

from autograd import Value
from autograd.endings import FORMS, check_ending
from autograd.own_files import is_own, write_own
from autograd.show import draw, practice, steps
from autograd.show.explain import explain
from nn import MLP, Adam, Checkpoint, DrawGraph, Trainer
from nn.cli import main
from nn.history import History
from nn.saving import save_model

posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes as POSIX has them")


def graph(terms=1):
    y = x = Value(2.0, label="x")
    for _ in range(terms):
        y = y * x
    return y


def train(folder, epochs=3):
    trainer = Trainer(MLP(1, [1], rng=1), "mean_squared_error", Adam(0.1))
    drawing = DrawGraph(1, folder, ([1.0], 1.0))
    trainer.fit([[0.0], [1.0]], [0.0, 1.0], epochs=epochs, verbose=0, rng=1, callbacks=[drawing])


def command(*words):
    done = CliRunner().invoke(main, words)
    if done.exit_code:
        assert done.exit_code == 2, done.output
        raise ValueError(done.stderr)


WAYS = {  # of each, what writes files under names that follow from others, and one of these
    "steps": (lambda folder: steps(graph()).save(folder / "s.svg"), "s-3.svg"),
    "training": (train, "epoch_0002.svg"),
    "plot": (lambda folder: os.chdir(folder) or command("plot", "descent"), "descent.svg"),
    "outfile": (lambda folder: draw(graph()).render(outfile=folder / "pic.svg"), "pic.gv"),
    "render": (lambda folder: draw(graph()).render(folder / "pic"), "pic"),
    "usual": (lambda folder: draw(graph()).render(directory=folder, format="svg"), "Drawing.gv"),
    "class": (lambda folder: (folder / "c").write_text("Ada L\nada-l\n") and command(
        "practice", "--class", f"{folder}/c", "--html", f"{folder}/p.html"), "p-02-ada-l.html"),
}  # fmt: skip


@posix
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("how", ["foreign", "edited", "cut short", "folder", "link", "nowhere", "pipe", "empty"])
def test_a_name_that_nobody_has_typed_replaces_nothing_foreign(tmp_path, way, how, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write, name = WAYS[way]
    path = tmp_path / "f" / name
    path.parent.mkdir()
    write(path.parent)
    write(path.parent)  # over what is ours
    assert is_own(path)
    written = path.read_text()
    path.unlink()
    {
        "foreign": lambda: path.write_text("mine"),
        "edited": lambda: path.write_text(
            written.replace("<svg", "<svg ").replace("<html", "<html ").replace("{", " {")
        ),
        "cut short": lambda: path.write_text(written[:-1]),
        "folder": path.mkdir,
        "link": lambda: (tmp_path / "far").write_text("mine") and path.symlink_to(tmp_path / "far"),
        "nowhere": lambda: path.symlink_to(tmp_path / "nothing"),
        "pipe": lambda: os.mkfifo(path),
        "empty": path.touch,
    }[how]()

    def contents():
        return {p: p.read_bytes() if p.is_file() else p.lstat().st_mode for p in path.parent.iterdir()}

    before = contents()
    with pytest.raises(ValueError, match=r"is there, and is not from chalkgrad or was changed since"):
        write(path.parent)
    assert contents() == before


def test_frames_of_a_longer_graph_are_gone_and_whatever_is_foreign_stays(tmp_path):
    for name in ("s-x.svg", "s-1.png", "t-1.svg", "s-001.txt", "s-99.svg"):
        (tmp_path / name).write_text("mine")
    steps(graph(6)).save(tmp_path / "s.svg")
    many = len(steps(graph(6)))
    steps(graph()).save(tmp_path / "s-1.svg")  # another series
    steps(graph()).save(tmp_path / "s.svg")
    few = len(steps(graph()))
    assert many > 9 > few
    found = sorted(path.name for path in tmp_path.glob("s-*.svg"))
    assert found == sorted([*(f"s-{i}.svg" for i in range(1, few + 1)), *(f"s-1-{i}.svg" for i in range(1, few + 1)),
                            "s-99.svg", "s-x.svg"])  # fmt: skip


def test_pictures_of_a_longer_training_are_gone(tmp_path):
    train(tmp_path / "p", epochs=5)
    train(tmp_path / "p", epochs=2)
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == ["epoch_0001.svg", "epoch_0002.svg"]


def test_all_are_tried_before_one_is_written(tmp_path):
    (tmp_path / "b").write_text("mine")
    with pytest.raises(ValueError, match="b is there"):
        write_own({tmp_path / "a": "1", tmp_path / "b": "2"}, instead_of=re.compile("[a-z]"))
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_class_list_and_the_pages_do_not_meet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ["A B", "a-b", "Ä" * 300, "../../x", "~", "con", "A B C"]
    text = "\n".join(names)
    (tmp_path / "c").write_text(text)
    (tmp_path / "link.html").symlink_to("c")
    for listed, words in (
        ("p-01-a-b.html", ["--html", "p.html"]),
        ("p.html", ["--html", "q.html", "--print", "p.html"]),
        ("c", ["--html", "p.html", "--print", "p-01-a-b.html"]),
        ("c", ["--print", "link.html"]),
    ):
        (tmp_path / listed).write_text(text)
        before = {path.name: path.read_text() for path in tmp_path.iterdir()}
        with pytest.raises(ValueError, match="choose another"):
            command("practice", "--class", listed, *words)
        assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before
    command("practice", "--class", "c", "--html", "z.html")
    assert len(list(tmp_path.glob("z-0?-*.html"))) == len(names) and (tmp_path / "c").read_text() == text


def test_a_source_is_replaced_if_that_is_said_and_one_of_the_same_text_stays(tmp_path):
    drawing, source = draw(graph()), tmp_path / "pic.gv"
    source.write_text("mine")
    drawing.render(outfile=tmp_path / "pic.svg", cleanup=True)
    assert source.read_text() == "mine"
    drawing.render(outfile=tmp_path / "pic.svg", overwrite_source=True)
    assert source.read_text() == drawing.source
    drawing.render(outfile=tmp_path / "pic.svg")
    assert source.read_text() == drawing.source


# ── Names that say something ────────────────────────────────────────────────────────────────────────────────────

DOORS = {  # of each, what saves, and the endings that it may have
    "steps": (lambda path: steps(graph()).save(path), {"html", "htm", "svg", "gif"}),
    "practice": (lambda path: practice(graph()).save(path), {"html", "htm"}),
    "source": (lambda path: draw(graph()).save(path), {"gv", "dot", "txt"}),
    "render": (lambda path: draw(graph()).render(outfile=path, format="svg", cleanup=True), {"svg"}),
    "explain html": (lambda path: explain("x*w", {"x": 1, "w": 2}, html=path), {"html", "htm"}),
    "explain svg": (lambda path: explain("x*w", {"x": 1, "w": 2}, svg=path), {"svg"}),
    "history": (lambda path: History({"loss": [1.0]}).to_csv(path), {"csv", "txt"}),
    "module": (lambda path: save_model(MLP(1, [1], rng=1), path), {"json"}),
    "checkpoint": (lambda path: Checkpoint(path), {"json"}),
    "explain --html": (lambda path: command("explain", "x*w", "x=1", "w=2", "--html", path), {"html", "htm"}),
    "explain --svg": (lambda path: command("explain", "x*w", "x=1", "w=2", "--svg", path), {"svg"}),
    "practice --html": (lambda path: command("practice", "--html", path), {"html", "htm"}),
    "practice --print": (lambda path: command("practice", "--print", path), {"html", "htm"}),
}


@pytest.mark.parametrize("door", DOORS)
def test_nothing_is_written_under_a_name_that_says_something_else(tmp_path, door, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save, own = DOORS[door]
    for ending in sorted({"html", "svg", "gif", "png", "pdf", "txt", "json", "csv", "PNG"}):
        if ending not in own:
            with pytest.raises(ValueError, match=rf"x\.{ending}: .* saved as .*, and not as"):
                save(f"x.{ending}")
    with pytest.raises(ValueError, match="x.docx"):
        save("x.docx")
    assert not list(tmp_path.iterdir())
    for ending in sorted(own - {"gif"}):
        save(f"x.{ending}")
    if door != "render":  # to which it would be a format
        save("x.v2")
        save("x")


def test_every_form_is_known_by_one_ending():
    for form in FORMS:
        check_ending(f"a.b.{form}", "things", form)
        with pytest.raises(ValueError, match=f"things are saved as .none, and not as .{form}"):
            check_ending(f"a.b.{form.upper()}", "things", "none")
