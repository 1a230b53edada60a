"""Machine code on disk: found again by other processes, and never run when it is not what was put there."""

import errno
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from autograd import jit
from autograd.lift.llvm_backend import code_on_disk
from autograd.lift.llvm_backend.code_on_disk import fetched, keep
from autograd.lift.llvm_backend.fingerprint import Digest, tape_fingerprint
from autograd.lift.loops.derivatives import derivatives
from autograd.lift.loops.tape import Tape

ROOT = Path(__file__).parents[4]
KEY = bytes(range(32))

PROGRAM = """
import sys
import numpy as np
from autograd import jit, mean, tanh, value_and_grad
from autograd.lift.choose_backend import back_end
from autograd.lift.llvm_backend import machine
made = []
real = machine.object_code
machine.object_code = lambda *given: made.append(1) or real(*given)
back_end.set("llvm")
f = jit(value_and_grad(lambda w, xs: mean([tanh(w[0] * x + w[1]).exp() * w[2] for x in xs])))
found = f([0.3, -0.7, 1.1], np.linspace(-2.0, 2.0, 40))
print(len(made), found[0].hex(), *(x.hex() for x in found[1]))
"""

TAPE = """
import sys
from autograd import jit, tanh, value_and_grad
from autograd.lift.choose_backend import back_end
from autograd.lift.llvm_backend import tape_machine
made = []
real = tape_machine.object_code
tape_machine.object_code = lambda *given: made.append(1) or real(*given)
back_end.set("llvm")

def steps(p):
    x = p[0]
    for u in p[2:]:
        x = tanh(p[1] * x + u) - 0.25 * abs(x) ** 1.5
    return x

found = jit(value_and_grad(steps))([0.3 * (-1) ** k + 0.01 * k for k in range(62)])
print(len(made), found[0].hex(), *(x.hex() for x in found[1]))
"""


def run(folder, program=PROGRAM, **more):
    """How many programs were compiled in another process, and what it computed."""
    environment = os.environ | {"CHALKGRAD_CACHE": str(folder), "PYTHONPATH": str(ROOT)} | more
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    made, *numbers = done.stdout.split()
    return int(made), numbers, done.stderr


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of its own, and nothing told yet."""
    monkeypatch.setenv("CHALKGRAD_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(code_on_disk, "told", False)
    return tmp_path / "kept"


@pytest.mark.parametrize("program", [PROGRAM, TAPE], ids=["arrays", "tape"])
def test_another_process_finds_the_code_and_computes_the_same_bits(tmp_path, program):
    folder = tmp_path / "kept"
    made, numbers, trouble = run(folder, program)
    assert made == 1 and trouble == ""
    assert run(folder, program) == (0, numbers, "")
    assert run("off", program) == (1, numbers, "") and run("0", program) == (1, numbers, "")
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    assert {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {"0o600"}


@pytest.mark.parametrize("integer", [int, np.intp, np.int32])
def test_a_place_is_the_same_number_of_any_kind(integer):
    def digest(x):
        digest = Digest()
        digest.feed(x)
        return digest.digest()

    assert digest([integer(3), 4]) == digest([3, integer(4)]) != digest([integer(4), 3])
    assert digest([True, 1]) != digest([1, 1]) and digest([1.0]) != digest([1])


def test_two_processes_at_once(tmp_path):
    environment = os.environ | {"CHALKGRAD_CACHE": str(tmp_path / "kept"), "PYTHONPATH": str(ROOT)}
    start = lambda: subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True
    )
    answers = [process.communicate()[0].split()[1:] for process in [start() for _ in range(3)]]
    assert answers[0] == answers[1] == answers[2] and answers[0]
    assert run(tmp_path / "kept")[0] == 0


def test_whatever_is_changed_in_a_file_it_is_not_the_code_any_more(folder):
    code = np.random.default_rng(0).bytes(400)
    keep(KEY, code)
    assert fetched(KEY) == code
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    for place in range(len(whole)):
        for bit in (0, 5):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :])
            assert fetched(KEY) is None
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert fetched(KEY) is None
    file.write_bytes(whole + b"\0")
    assert fetched(KEY) is None
    file.rename(folder / bytes(32).hex())  # the code of another program
    (folder / bytes(32).hex()).write_bytes(whole)
    assert fetched(bytes(32)) is None
    keep(KEY, code)
    assert fetched(KEY) == code


def test_damaged_code_is_compiled_anew_and_replaced(tmp_path):
    folder = tmp_path / "kept"
    _, numbers, _ = run(folder)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-9] + b"\xcc" * 9)
    assert run(folder) == (1, numbers, "")
    assert file.read_bytes() == whole and run(folder)[0] == 0


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_links_and_what_others_may_write_are_not_read(folder, tmp_path):
    keep(KEY, b"code")
    (file,) = folder.iterdir()
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert fetched(KEY) is None
    file.unlink()
    elsewhere.rename(file)
    assert fetched(KEY) == b"code"
    file.chmod(0o666)
    assert fetched(KEY) is None
    file.chmod(0o600)
    folder.chmod(0o777)
    with pytest.warns(RuntimeWarning, match="others may write it. CHALKGRAD_CACHE=off"):
        assert fetched(KEY) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # said once
        keep(KEY, b"other")
        assert fetched(KEY) is None


def test_a_folder_that_is_none_or_full_is_done_without(folder, monkeypatch):
    folder.write_text("a file of the user's")
    with pytest.warns(RuntimeWarning, match="is no folder"):
        keep(KEY, b"code")
    assert folder.read_text() == "a file of the user's" and fetched(KEY) is None
    folder.unlink()
    monkeypatch.setattr(code_on_disk, "told", False)

    def full(*given):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(code_on_disk, "replace", full)
    with pytest.warns(RuntimeWarning, match="No space left"):
        keep(KEY, b"code")
    assert fetched(KEY) is None


def test_what_was_not_used_for_longest_goes_first_and_nothing_foreign(folder, monkeypatch):
    monkeypatch.setattr(code_on_disk, "MOST_BYTES", 4000)
    keys = [bytes([number]) * 32 for number in range(12)]
    folder.mkdir(mode=0o700)
    (folder / "thesis.txt").write_text("x" * 9000)
    for age, key in enumerate(keys):
        keep(key, b"c" * 400)
        os.utime(folder / key.hex(), (age, age))
        fetched(keys[0])  # which is used all the time
    kept = [key for key in keys if fetched(key) is not None]
    assert keys[0] in kept and keys[-1] in kept and keys[1] not in kept and 5 <= len(kept) <= 10
    assert (folder / "thesis.txt").exists()


def test_nothing_is_written_when_it_is_switched_off(folder, monkeypatch):
    for off in ("0", "off", "OFF"):
        monkeypatch.setenv("CHALKGRAD_CACHE", off)
        keep(KEY, b"code")
        assert fetched(KEY) is None
    assert not folder.exists() and not Path("off").exists()


def test_programs_that_differ_in_a_constant_are_two(folder):
    from autograd import jit, value_and_grad
    from autograd.lift.choose_backend import back_end

    token = back_end.set("llvm")
    try:
        for factor in (2.0, 3.0, -0.0, 0.0):
            f = jit(value_and_grad(lambda x, factor=factor: (x[0] * x[1] + factor).tanh() / (factor + 1.0)))
            plain = value_and_grad(lambda x, factor=factor: (x[0] * x[1] + factor).tanh() / (factor + 1.0))
            xs = np.array([0.3, 0.4])
            found, expected = f(xs), plain([0.3, 0.4])
            assert found[0] == pytest.approx(expected[0], rel=1e-13)
            assert list(found[1]) == pytest.approx(expected[1], rel=1e-13)
    finally:
        back_end.reset(token)


def test_tapes_that_differ_in_anything_are_two():
    tapes = [
        lambda p: steps(p, 0.5),
        lambda p: steps(p, 0.25),
        lambda p: steps(p, 0.5, turns=31),
        lambda p: steps(p, 0.5, power=2.5),
        lambda p: -steps(p, 0.5),
    ]
    keys = [key_of(f, *settings) for f in tapes for settings in ((slice(0, 2), 2), (slice(0, 1), 2), (slice(0, 2), 0))]
    assert None not in keys and len(set(keys)) == len(keys)
    assert key_of(tapes[0], slice(0, 2), 2) == keys[0]


def steps(p, factor, turns=30, power=1.5):
    x, c = p
    for _ in range(turns):
        x = (c * x).tanh() - factor * abs(x) ** power
    return x


def key_of(f, wanted, effort):
    """The fingerprint of a tape and its derivatives by some of its arguments."""
    compiled = jit(f)
    compiled([0.3, 0.7])
    specialised = compiled.latest
    tape = specialised.program
    assert isinstance(tape, Tape)
    return tape_fingerprint(tape, derivatives(tape, specialised.places[wanted], tape.roots), effort)
