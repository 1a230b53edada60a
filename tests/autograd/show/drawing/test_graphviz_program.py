"""Finding the program that lays out, in environments of their own: processes with a PATH and packages."""

import copy
import os
import pickle
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from autograd import Value
from autograd.show import draw

HERE = Path(__file__).resolve().parents[4]
DRAW = """
import sys
from autograd import Value
from autograd.show.draw import draw
x = Value(2.0, label="x")
drawing = draw(x * x)
"""
SHOW = "sys.stdout.write(drawing.pipe(encoding='utf-8'))"

pytest.importorskip("graphviz")


def has_pure():
    try:
        return metadata.distribution("graphviz-pure") is not None
    except metadata.PackageNotFoundError:
        return False


needs_pure = pytest.mark.skipif(not has_pure(), reason="graphviz-pure has no wheel for this platform")


def run(code, *flags, path="", packages=HERE, **environment):
    """The output of DRAW and `code` in a process whose PATH is `path`; the interpreter is called by its own path."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "error", *flags, "-c", DRAW + code],
        env={**kept, "PATH": str(path), "PYTHONPATH": str(packages), "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def fake_dot(folder, name="dot", script=None):
    """A program that answers with a picture of two nodes and its own name and arguments, or what the script says."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    head = "<svg xmlns='http://www.w3.org/2000/svg'><g id='n0'/><g id='n1'/>"
    answering = f'while read line; do :; done\necho "{head}<desc>this is {name} $*</desc></svg>"\n'
    program.write_text(f"#!/bin/sh\n{answering if script is None else script}\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def bare(tmp_path):
    """A folder of packages in which there is graphviz and this project, and no program."""
    import graphviz

    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / "graphviz").symlink_to(Path(graphviz.__file__).parent)
    (folder / "autograd").symlink_to(HERE / "autograd")
    return folder


@needs_pure
def test_the_program_of_an_environment_that_is_not_activated():
    done = run(SHOW)
    assert "<svg" in done.stdout
    assert 'id="n1"' in done.stdout
    assert done.stderr == ""


@needs_pure
def test_a_plain_digraph_of_the_same_session_finds_it_too():
    done = run("drawing.pipe(); import graphviz; print(graphviz.Digraph(format='svg').pipe()[:5])")
    assert done.stdout.startswith("b'<?xml"), done.stderr


def test_dot_on_the_path_comes_before_the_installed_one(tmp_path):
    fake_dot(tmp_path / "bin")
    done = run(SHOW, path=tmp_path / "bin")
    assert "<desc>this is dot -Kdot -Tsvg</desc>" in done.stdout


def test_the_setting_comes_before_dot_on_the_path(tmp_path):
    fake_dot(tmp_path / "bin")
    mine = fake_dot(tmp_path / "elsewhere", "my-dot")
    done = run(SHOW, path=tmp_path / "bin", CHALKGRAD_DOT=str(mine))
    assert "<desc>this is my-dot -Kdot -Tsvg</desc>" in done.stdout


def test_what_was_set_in_the_graphviz_package_comes_before_dot_on_the_path(tmp_path):
    fake_dot(tmp_path / "bin")
    mine = fake_dot(tmp_path / "elsewhere", "my-dot")
    setting = f"from graphviz.backend import dot_command; dot_command.DOT_BINARY = {str(mine)!r}\n"
    assert "<desc>this is my-dot -Kdot -Tsvg</desc>" in run(setting + SHOW, path=tmp_path / "bin").stdout


@needs_pure
def test_dot_that_is_installed_later_is_found_in_the_same_session(tmp_path):
    fake_dot(tmp_path / "bin")
    later = f"drawing.pipe(); import os; os.environ['PATH'] = {str(tmp_path / 'bin')!r}\n"
    assert "<desc>this is dot -Kdot -Tsvg</desc>" in run(later + SHOW).stdout


def test_a_setting_that_leads_nowhere():
    done = run(SHOW, CHALKGRAD_DOT="/no/such/dot")
    assert "CHALKGRAD_DOT is '/no/such/dot', but there is no such program" in done.stderr


def test_without_any_program_the_error_says_what_to_install(bare):
    done = run("drawing.pipe('png')", "-S", packages=bare)
    assert done.stderr.splitlines()[-3:] == [
        "autograd.show.drawing.graphviz_program.NoLayout: this picture needs a program that lays graphs out, and none"
        " was found.",
        "Install one: `python -m pip install graphviz-pure` (Linux, macOS, Windows on x86-64 and 64-bit Arm), or"
        " Graphviz from https://graphviz.org/download/.",
        "If you have one, set the environment variable CHALKGRAD_DOT to its full path. Without one, `.source` is still"
        " the graph in DOT.",
    ]


def test_without_any_program_the_text_and_the_notebook_still_work(bare):
    done = run("print(drawing.source); print(drawing._repr_mimebundle_())", "-S", packages=bare)
    assert "n0 -> n1" in done.stdout
    assert "'image/svg+xml': '<svg" in done.stdout and "image/png" not in done.stdout
    assert done.stderr == ""


WITHOUT_THE_PACKAGE = """
import sys
sys.modules["graphviz"] = None  # an import of it fails
from autograd import Value
from autograd.show import derive, draw, explain, steps
from autograd.show.stepping.page import page
x = Value(2.0, label="x")
print(derive(x * x, x), steps(x * x), explain("x*x", {"x": 2.0}))
draw(x * x)
"""


def test_what_is_not_drawn_needs_no_graphviz_package():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_PACKAGE],
        env={**os.environ, "PYTHONPATH": str(HERE), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "∂" in done.stdout and "backward" in done.stdout and "agrees" in done.stdout
    assert done.stderr.splitlines()[-1].startswith("ModuleNotFoundError: import of graphviz halted")


def test_a_drawing_can_be_copied_and_pickled():
    drawing = draw(Value(2.0, label="x").exp())
    for other in (pickle.loads(pickle.dumps(drawing)), copy.deepcopy(drawing), drawing.copy()):
        assert type(other) is type(drawing) and other.source == drawing.source


@needs_pure
def test_a_notebook_gets_a_picture_that_it_may_show_untrusted():
    done = run("b = drawing._repr_mimebundle_(); print(sorted(b), b['image/png'][:6], repr(drawing))")
    assert done.stderr == ""
    kinds = "['image/png', 'image/svg+xml', 'text/plain'] iVBORw"
    assert re.fullmatch(rf"{re.escape(kinds)} <Drawing of \d+ lines of DOT>\n", done.stdout)


@needs_pure
def test_a_large_graph_is_not_made_into_pixels():
    many = (
        "from autograd.show.drawing import graphviz_drawing as g; g.MOST_AS_PIXELS = 10;"
        " print(sorted(drawing._repr_mimebundle_()))"
    )
    assert run(many).stdout == "['image/svg+xml', 'text/plain']\n"


@needs_pure
@pytest.mark.parametrize("action", ["drawing.pipe('pdf')", "drawing.render(sys.argv[0] + 'x', format='pdf')"])
def test_pdf_names_the_program_it_needs(action, tmp_path):
    done = run(action.replace("sys.argv[0] + 'x'", repr(str(tmp_path / "x"))))
    assert "ValueError: graphviz-pure cannot write this" in done.stderr
    assert "PDF needs Graphviz's own program, dot" in done.stderr


@needs_pure
def test_png_and_a_file(tmp_path):
    code = f"print(drawing.pipe('png')[:4]); print(drawing.render({str(tmp_path / 'x')!r}, cleanup=True))"
    done = run(code)
    assert done.stdout.splitlines() == [r"b'\x89PNG'", str(tmp_path / "x.svg")]
    assert (tmp_path / "x.svg").read_text(encoding="utf-8").count('class="node') == 2


# ── Programs that do not do what they are for ───────────────────────────────────────────────────────────────────

SLEEP = "sleep 1000"
BROKEN = {
    "ends with 1": ("exit 1", "ended with status 1"),
    "complains": ("cat >/dev/null; echo out of paper >&2; exit 3", "ended with status 3: out of paper"),
    "half a picture, then 1": ("cat >/dev/null; echo '<svg'; exit 1", "ended with status 1"),
    "never answers": (SLEEP, "had no answer after"),
    "answers and never ends": ("exec >/dev/null 2>&1; " + SLEEP, "had not ended after"),
    "leaves somebody behind": (SLEEP + " & exit 0", "had no answer after"),
    "does not read": ("exec <&-; exit 0", "answer is empty"),
    "nothing": ("cat >/dev/null", "answer is empty"),
    "garbage": ("cat >/dev/null; echo 'all is well'", "is no SVG"),
    "noise": ("head -c 5000000 /dev/urandom", "is no SVG"),
    "never stops talking": ("yes", "is longer than"),
    "never stops complaining": ("yes >&2", "had no answer after"),
    "another format": ("cat >/dev/null; printf '\\211PNG\\r\\n\\032\\n'", "is no SVG"),
    "HTML": ("cat >/dev/null; echo '<html></html>'", "is no SVG"),
    "another graph": ("cat >/dev/null; echo '<svg xmlns=\"http://www.w3.org/2000/svg\"/>'", "of another graph"),
    "killed": ("kill -9 $$", "was ended by signal 9"),
    "crashes": ("kill -SEGV $$", "was ended by signal 11"),
}
IMPATIENT = (
    "from autograd.show.drawing import graphviz_program as g, outside_program as o\n"
    "g.SECONDS, o.MOST_SAID = 1.0, 10_000_000\n"
)


@pytest.mark.skipif(os.name != "posix", reason="the programs are shell scripts")
@needs_pure
@pytest.mark.parametrize("what", BROKEN)
def test_a_program_that_fails_is_passed_over_for_the_next_with_one_warning(tmp_path, what):
    script, message = BROKEN[what]
    fake_dot(tmp_path / "bin", script=script)
    twice = "first = drawing.pipe(); assert drawing.pipe() == first; sys.stdout.buffer.write(first)"
    done = run(IMPATIENT + twice, "-W", "default", path=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert "<svg" in done.stdout and 'id="n1"' in done.stdout
    (warning,) = (line for line in done.stderr.splitlines() if "UserWarning" in line)
    assert "dot cannot lay a graph out: it" in warning and message in warning and "graphviz-pure does it" in warning


@pytest.mark.skipif(os.name != "posix", reason="the programs are shell scripts")
@pytest.mark.parametrize("what", BROKEN)
def test_without_another_program_the_own_layout_draws_and_other_formats_say_how_it_failed(tmp_path, bare, what):
    script, message = BROKEN[what]
    mine = fake_dot(tmp_path / "bin", script=script)
    code = IMPATIENT + "print(drawing._repr_mimebundle_()); drawing.pipe()\ndrawing.render(sys.argv[1], format='png')"
    environment = {"CHALKGRAD_DOT": str(mine), "PYTHONPATH": str(bare), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-S", "-c", DRAW + code, str(tmp_path / "picture")],
        env={**environment, "PYTHONUTF8": "1"}, capture_output=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    assert "'image/svg+xml': '<svg" in done.stdout
    (warning,) = (line for line in done.stderr.splitlines() if "UserWarning" in line)
    assert "cannot lay a graph out: it" in warning and message in warning and "chalkgrad does it" in warning
    assert "NoLayout: the graph could not be laid out by any program that was found." in done.stderr
    assert f"{mine}: it" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("picture")] == []


def test_a_program_that_is_no_program(tmp_path, bare):
    mine = fake_dot(tmp_path / "bin")
    mine.write_bytes(b"\0\1\2")
    assert "it cannot be started" in run("drawing.pipe('png')", "-S", packages=bare, CHALKGRAD_DOT=str(mine)).stderr


@needs_pure
def test_a_repaired_program_comes_first_again(tmp_path):
    program = fake_dot(tmp_path / "bin", script="exit 1")
    repair = (
        f"drawing.pipe(); import os; text = {fake_dot(tmp_path / 'whole').read_text()!r}\n"
        f"open({str(program)!r}, 'w').write(text); os.utime({str(program)!r}, (1, 1))\n"
    )
    done = run(repair + SHOW, "-W", "default", path=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert "<desc>this is dot" in done.stdout, done.stderr


# ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────


@needs_pure
def test_render_writes_through_links_keeps_modes_and_its_source_too(tmp_path):
    drawing = draw(Value(2.0, label="x").exp())
    (tmp_path / "far.svg").write_text("before")
    (tmp_path / "far.svg").chmod(0o600)
    (tmp_path / "x.svg").symlink_to("far.svg")
    (tmp_path / "x").write_text("a thesis")
    assert drawing.render(tmp_path / "x", cleanup=True) == str(tmp_path / "x.svg")
    assert (tmp_path / "x.svg").is_symlink() and (tmp_path / "far.svg").stat().st_mode & 0o777 == 0o600
    assert "<svg" in (tmp_path / "far.svg").read_text() and (tmp_path / "x").read_text() == "a thesis"
    assert drawing.render("y", tmp_path / "new", format="png") == str(tmp_path / "new" / "y.png")
    assert (tmp_path / "new" / "y").read_text().startswith(drawing.source)
    assert drawing.render(outfile=tmp_path / "z.png", cleanup=True) == str(tmp_path / "z.png")
    assert (tmp_path / "z.png").read_bytes()[:4] == b"\x89PNG" and not (tmp_path / "z.gv").exists()
    with pytest.raises(FileExistsError):
        drawing.render(outfile=tmp_path / "z.png", raise_if_result_exists=True)
    with pytest.raises(ValueError, match="cannot both be"):
        drawing.render(tmp_path / "w.svg", outfile=tmp_path / "w.svg")
