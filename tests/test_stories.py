"""What is told of the house: the stories of CONTRIBUTING.md name just the files whose functions run in them.

The promise of an evening is kept, and the files that pages name are there.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDES_FOLDER = ROOT / "notebooks/site/guides"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(GUIDES_FOLDER.glob("*.md"))]

NEURON = """
from autograd import Value
x, w, b, y = Value(2.0, label="x"), Value(-3.0, label="w"), Value(1.0, label="b"), Value(1.0, label="y")
loss = (y - (x * w + b).tanh()) ** 2
loss.backward()
"""
FIT = """
import random
from nn import MLP, GradientDescent, Trainer
draw = random.Random(1)
rows = [[draw.gauss(0, 1), draw.gauss(0, 1)] for _ in range(60)]
model = MLP(2, [8, 1], activation="tanh", rng=1)
trainer = Trainer(model, "mean_squared_error", GradientDescent(0.1), engine="{engine}")
trainer.fit(rows, [a * b for a, b in rows], epochs=2, verbose=0)
"""

#: By the title of its section: a program that is the story.
STORIES = {
    "A Value through `backward`": NEURON,
    "A root through `steps`": NEURON + "from autograd.show import steps\nsteps(loss).save('page.html')",
    "A function through `jit`": """
from autograd import jit, mean, tanh, value_and_grad
step = jit(value_and_grad(lambda w, xs: mean([tanh(w[0] * x + w[1]) ** 2 for x in xs])))
step([0.5, -0.25], [1.0, 2.0, 3.0])
""",
    "A parameter through `fit`": FIT.format(engine="eager"),
    "The same parameter, compiled": FIT.format(engine="auto"),
    "A CSV file through `chalkgrad train`": """
import random
from pathlib import Path
from nn.cli import main
draw = random.Random(1)
cells = [(draw.random(), draw.choice(["red", "blue"]), draw.random()) for _ in range(80)]
Path("houses.csv").write_text("size,colour,price\\n" + "".join(f"{a:.3f},{b},{c:.3f}\\n" for a, b, c in cells))
main(["train", "houses.csv", "--target", "price", "--epochs", "3"], standalone_mode=False)
""",
}

#: Runs a program and notes the files whose functions run, in the order in which they first do. Bodies of modules and
#: classes are no functions (they have no fast locals), and what runs inside the import of a module is not the story.
WATCH = """
import inspect, json, sys, threading
files, importing = {}, threading.local()
def watch(frame, event, argument):
    code = frame.f_code
    if code.co_name == "<module>" and code.co_filename != "story":
        depth = getattr(importing, "depth", 0)
        importing.depth = depth + (event == "call") - (event == "return")
    elif event == "call" and code.co_flags & inspect.CO_OPTIMIZED and not getattr(importing, "depth", 0):
        files.setdefault(code.co_filename, {}).setdefault(code.co_qualname)
program, result = sys.argv[1:]
threading.setprofile(watch)
sys.setprofile(watch)
exec(compile(program, "story", "exec"), {"__name__": "story"})
sys.setprofile(None)
with open(result, "w") as file:
    json.dump({name: list(functions) for name, functions in files.items()}, file)
"""


def functions_that_run(story, folder):
    """The project's functions that run in a story, by the path of their file from the root."""
    result = folder / "files.json"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", WATCH, STORIES[story], str(result)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "MPLCONFIGDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(result.read_text())
    inside = {Path(file).relative_to(ROOT).as_posix(): file for file in found if Path(file).is_relative_to(ROOT)}
    return {path: found[file] for path, file in inside.items() if re.match(r"(autograd|nn)/.*\.py$", path)}


def files_that_are_told(story):
    """The files that CONTRIBUTING.md names in a story: in backticks, with their whole paths; and those of the stories
    to which it leads by a link, but for those that it leaves out."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"### {story}\n" in text, f"CONTRIBUTING.md has no story {story!r}"
    told = text.split(f"### {story}\n", 1)[1].split("\n#", 1)[0]
    files = re.findall(r"`((?:autograd|nn)/[\w/]+\.py)`", told)
    twice = {file for file in files if files.count(file) > 1}
    assert not twice, f"the story {story!r} goes back up to {sorted(twice)}"
    left_out = {f"autograd/{name}.py" for name in re.findall(r"but for `([\w/]+)`", told)}
    others = (files_that_are_told(other) - left_out for other in STORIES if f"[{other}](#" in told)
    return set(files).union(*others)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_names_the_files_that_run(story, tmp_path):
    run, told = set(functions_that_run(story, tmp_path)), files_that_are_told(story)
    assert told == run, (
        f"the story {story!r} in CONTRIBUTING.md does not name {sorted(run - told)}, which run in it, and names"
        f" {sorted(told - run)}, which do not: tell it as it is."
    )


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *GUIDES_FOLDER.glob("*.md")], ids=lambda page: page.stem
)
def test_the_files_that_are_spoken_of_are_there(page):
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:autograd|nn|tests|notebooks)/[a-z_/.-]*)`", text)
    assert not [name for name in named if not (ROOT / name).exists()]


def test_every_room_is_told():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rooms = {file.parent.relative_to(ROOT).as_posix() for p in ("autograd", "nn") for file in (ROOT / p).rglob("*.py")}
    missing = sorted(room for room in rooms if f"| `{room}/` | " not in text)
    assert not missing, f"the table of rooms in CONTRIBUTING.md has no line for {missing}"


def test_the_evenings_reading_is_no_longer_than_an_evening():
    told = (GUIDES_FOLDER / "reading-the-source.md").read_text(encoding="utf-8").split("\n\n")[1]
    files = re.findall(r"`(?:autograd/)?([a-z]+\.py)`", told)
    lines = sum(len((ROOT / "autograd" / file).read_text(encoding="utf-8").splitlines()) for file in files)
    assert len(files) == 7 and lines < 2250, f"seven files, about 2,000 lines, and never more: {files} have {lines}"
