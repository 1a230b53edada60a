"""Files that are whole or not there: links, pipes, devices, modes, failures, and processes that are killed."""

import errno
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autograd import files
from autograd.files import write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="links, modes and pipes as POSIX has them")


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield
    os.umask(before)


def names(folder):
    return sorted(os.listdir(folder))


def fails(number):
    def failing(*_):
        raise OSError(number, os.strerror(number))

    return failing


# ── What is written ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("content", ["", "½(y − ŷ)²\n\r\nend", b"", b"\x89PNG\r\n\x00\xff"])
def test_text_and_bytes_are_written_as_they_are(tmp_path, content):
    for path in (tmp_path / "a", str(tmp_path / "b")):
        write_whole(path, "before")
        write_whole(path, content)
        assert Path(path).read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert names(tmp_path) == ["a", "b"]


def test_a_path_without_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_whole("a.txt", "here")
    assert Path("a.txt").read_text() == "here"


def test_a_name_as_long_as_a_name_can_be(tmp_path):
    path = tmp_path / ("é" * 120 + ".txt")
    write_whole(path, "long")
    assert path.read_text() == "long" and len(names(tmp_path)) == 1


def test_folders_are_made_only_if_they_are_asked_for(tmp_path):
    path = tmp_path / "new" / "folder" / "a.txt"
    with pytest.raises(FileNotFoundError) as caught:
        write_whole(path, "text")
    assert caught.value.filename == str(path) and names(tmp_path) == []
    write_whole(path, "text", parents=True)
    assert path.read_text() == "text"


def test_text_that_is_no_text_touches_nothing(tmp_path):
    write_whole(tmp_path / "a", "before")
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "a", "\ud800")
    assert (tmp_path / "a").read_text() == "before"


# ── Modes and links ─────────────────────────────────────────────────────────────────────────────────────────────


@posix
def test_a_new_file_gets_what_the_umask_leaves(tmp_path, umask):
    write_whole(tmp_path / "a", "text")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@posix
@pytest.mark.parametrize("mode", [0o600, 0o666, 0o755, 0o444])
def test_a_file_keeps_its_mode(tmp_path, umask, mode):
    (tmp_path / "a").write_text("before")
    (tmp_path / "a").chmod(mode)
    write_whole(tmp_path / "a", "after")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode and (tmp_path / "a").read_text() == "after"


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_its_target_is_written(tmp_path, there):
    (tmp_path / "far").mkdir()
    target = tmp_path / "far" / "target"
    if there:
        target.write_text("before")
        target.chmod(0o640)
    (tmp_path / "middle").symlink_to("far/target")
    (tmp_path / "link").symlink_to(tmp_path / "middle")
    write_whole(tmp_path / "link", "after")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "middle").is_symlink() and not target.is_symlink()
    assert target.read_text() == "after" and names(tmp_path / "far") == ["target"]
    assert names(tmp_path) == ["far", "link", "middle"]


@posix
def test_links_that_lead_in_a_circle(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError) as caught:
        write_whole(tmp_path / "a", "text")
    assert (caught.value.errno, caught.value.filename) == (errno.ELOOP, str(tmp_path / "a"))


# ── Pipes, devices and what is open already ─────────────────────────────────────────────────────────────────────


@posix
def test_a_pipe_gets_everything_and_stays_a_pipe(tmp_path):
    pipe, content = tmp_path / "pipe", "line\n" * 50_000  # more than a pipe holds at once
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True)
    writing = threading.Thread(target=write_whole, args=(tmp_path / "link", content), daemon=True)
    writing.start()
    assert reader.communicate(timeout=20)[0] == content
    writing.join(20)
    assert stat.S_ISFIFO(pipe.stat().st_mode) and names(tmp_path) == ["link", "pipe"]


@posix
def test_a_reader_that_goes_away_is_an_error_with_the_path(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["head", "-c", "10", tmp_path / "pipe"], stdout=subprocess.DEVNULL)
    with pytest.raises(BrokenPipeError) as caught:
        write_whole(tmp_path / "pipe", "x" * 1_000_000)
    reader.wait(20)
    assert caught.value.filename == str(tmp_path / "pipe")


@posix
def test_a_device_is_written_to():
    write_whole("/dev/null", "away with it")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


PRINTING = """
import sys
from autograd.files import write_whole
print("before", flush=True)
write_whole(sys.argv[1], "page\\n")
print("after")
"""


@posix
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_the_standard_output_goes_where_it_goes(tmp_path, name):
    if not os.path.exists(name):
        pytest.skip(f"there is no {name}")
    command = [sys.executable, "-c", PRINTING, name]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "before\npage\nafter\n"
    out = tmp_path / "out.txt"
    with out.open("w") as file:
        subprocess.run(command, check=True, stdout=file)
    with out.open("a") as file:
        subprocess.run(command, check=True, stdout=file)
    assert out.read_text() == "before\npage\nafter\n" * 2 and names(tmp_path) == ["out.txt"]


@posix
def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError) as caught:
        write_whole(tmp_path, "text")
    assert caught.value.filename == str(tmp_path)


# ── Failures ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("what", ["fsync", "replace"])
@pytest.mark.parametrize("before", [None, "before"])
def test_a_failed_write_leaves_what_was_there_and_nothing_else(tmp_path, monkeypatch, what, before):
    path = tmp_path / "a.json"
    if before:
        path.write_text(before)
    monkeypatch.setattr(os, what, fails(errno.ENOSPC))
    with pytest.raises(OSError) as caught:
        write_whole(path, "after")
    assert str(caught.value) == f"[Errno {errno.ENOSPC}] {os.strerror(errno.ENOSPC)}: {str(path)!r}"
    assert names(tmp_path) == (["a.json"] if before else []) and (not before or path.read_text() == before)


def test_an_interrupt_leaves_nothing_either(tmp_path, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a", "text")
    assert names(tmp_path) == []


@posix
def test_a_folder_that_cannot_be_flushed_is_no_failure(tmp_path, monkeypatch):
    flush = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda file: fails(errno.EINVAL)() if stat.S_ISDIR(os.fstat(file).st_mode) else flush(file)
    )
    write_whole(tmp_path / "a", "text")
    assert (tmp_path / "a").read_text() == "text"


# ── What killed processes leave ─────────────────────────────────────────────────────────────────────────────────

KILLED = """
import os, sys
from autograd.files import write_whole
def killed(_):
    os.kill(os.getpid(), 9)
os.fsync = killed
write_whole(sys.argv[1], "after")
"""


@posix
def test_a_killed_process_leaves_the_file_and_what_it_left_is_swept_later(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("before")
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL and path.read_text() == "before"
    (leftover,) = (name for name in names(tmp_path) if name != "a.json")
    write_whole(path, "now")  # somebody may be writing that one still
    assert names(tmp_path) == [leftover, "a.json"]

    long_ago = time.time() - files.ABANDONED - 60.0
    others = [".b.json.0123456789abcdef.tmp", ".a.json.tmp", ".a.json.0123456789abcdef.tmp.old", "a.json.tmp"]
    for name in others:
        (tmp_path / name).write_text("somebody else's")
    for name in [leftover, *others]:
        os.utime(tmp_path / name, (long_ago, long_ago))
    write_whole(path, "later")
    assert names(tmp_path) == sorted(["a.json", *others]) and path.read_text() == "later"


WRITER = """
import sys
from autograd.files import write_whole
for i in range(10**9):
    write_whole(sys.argv[1], f"{i}\\n" * 50_000)
    print(i, flush=True)
"""


@pytest.mark.slow
@posix
def test_a_process_killed_at_any_moment_leaves_a_whole_file(tmp_path):
    path, rng = tmp_path / "a.txt", random.Random(0)
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        process.stdout.readline()  # at least one is whole
        time.sleep(rng.uniform(0.0, 0.05))
        process.send_signal(signal.SIGKILL)
        last = [int(line) for line in process.stdout]
        process.communicate()
        lines = path.read_text().splitlines()
        assert len(lines) == 50_000 and len(set(lines)) == 1
        assert int(lines[0]) >= (last[-1] if last else 0)
