"""The bar: on a terminal of 80 columns it fits, and elsewhere its last state is the only line."""

import os
import re
import struct
import subprocess
import sys

import pytest

TRAIN = ["-c", "from nn.cli import main; main()", "train", "iris", "--epochs", "20", "--patience", "50"]


@pytest.mark.parametrize("columns", [0, 60, 80, 200])  # 0 is what a terminal says that nobody has told its size
def test_it_fits_its_terminal_and_has_the_validation_first(tmp_path, columns):
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    command = [sys.executable, *TRAIN, "-o", str(tmp_path / "r")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 4096):
                seen += part
        except OSError:  # the other end is closed
            pass
    assert process.returncode == 0
    states = re.split(r"[\r\n]+", seen.decode())
    assert max(map(len, states)) <= (columns or 80)
    last = next(state for state in reversed(states) if state.strip())
    assert last.startswith("20/20 |██████████| ")
    assert re.search(r", val\. loss [\d.]+( |$)", last)
    assert ("accuracy" in last.replace("val. accuracy", "")) == (columns == 200)


def test_a_pipe_gets_a_last_line_only(tmp_path):
    done = subprocess.run([sys.executable, *TRAIN, "-o", str(tmp_path / "r")], capture_output=True, text=True)
    assert re.fullmatch(r"epoch 20/20  val\. loss \S+  val\. accuracy \S+  loss \S+  accuracy \S+\n", done.stderr)
