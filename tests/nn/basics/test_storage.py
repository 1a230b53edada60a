"""Files that are whole or not there, and what is said about those that are not what they should be."""

import errno
import json
import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.basics import storage
from nn.basics.storage import StorageError

KIND = ("chalkgrad test", 2)


@given(st.lists(st.floats(allow_nan=False)))
def test_floats_come_back_bit_by_bit(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("floats") / "a.json"
    storage.write_document(path, *KIND, {"numbers": numbers})
    back = storage.read_document(path, *KIND)["numbers"]
    assert [struct.pack("d", x) for x in back] == [struct.pack("d", x) for x in numbers]


def written(path, content=None):
    storage.write_document(path, *KIND, content or {"text": "né 'x' </script>", "numbers": [0.1, 2.0]})
    return path


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda text: text[: len(text) // 2], "damaged or not a chalkgrad test"),
        (lambda text: "", "damaged or not"),
        (lambda text: text.replace("0.1", "0.2"), "its checksum does not fit"),
        (lambda text: text.replace("chalkgrad test", "recipe"), "is not a chalkgrad test, but a recipe"),
        (lambda text: "[1, 2]", "is not a chalkgrad test"),
        (lambda text: json.dumps({**json.loads(text), "version": 3}), "of version 3, and this chalkgrad reads up to 2"),
        (lambda text: "[" * 100_000, "damaged or not"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path, spoil, message):
    path = written(tmp_path / "a.json")
    path.write_text(spoil(path.read_text()))
    with pytest.raises(StorageError, match=message) as caught:
        storage.read_document(path, *KIND)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_binary_files_and_missing_ones(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(StorageError, match="is no text"):
        storage.read_document(tmp_path / "a.png", *KIND)
    with pytest.raises(StorageError, match="cannot be read: No such file"):
        storage.read_document(tmp_path / "none.json", *KIND)


def test_a_failed_write_leaves_what_was_there_and_nothing_else(tmp_path, monkeypatch):
    path = written(tmp_path / "a.json")
    before = path.read_text()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "disk full")))
    with pytest.raises(OSError, match="disk full"):
        storage.write_document(path, *KIND, {"more": 1})
    assert path.read_text() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
