"""Packages of npm are those that are pinned, or an error in one line."""

import io
import tarfile

import pytest

from tools import npm

pytestmark = pytest.mark.notebook


def archive(name):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as files:
        entry = tarfile.TarInfo(name)
        entry.size = 2
        files.addfile(entry, io.BytesIO(b"ok"))
    return content.getvalue()


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("CHALKGRAD_NPM", str(tmp_path / "kept"))
    return tmp_path / "kept"


def pinned(content):
    found = pytest.raises(npm.NpmError, npm.checked, npm.Package("thing", "1.0", ""), content).value
    return npm.Package("@some/thing", "1.0", str(found).rpartition(" ")[2])


def test_a_package_is_fetched_once(kept, monkeypatch):
    content = archive("package/a.js")
    asked = []
    monkeypatch.setattr(npm, "fetched", lambda package: asked.append(package.address) or content)
    package = pinned(content)
    for _ in range(2):
        assert (npm.folder_of(package) / "a.js").read_text() == "ok"
    assert asked == ["https://registry.npmjs.org/@some/thing/-/thing-1.0.tgz"]


def test_another_archive_is_refused_and_not_kept(kept, monkeypatch):
    monkeypatch.setattr(npm, "fetched", lambda package: archive("package/b.js"))
    with pytest.raises(npm.NpmError, match="thing 1.0 is another archive"):
        npm.folder_of(pinned(archive("package/a.js")))
    assert not kept.exists()


def test_a_file_outside_of_the_folder_is_refused(kept, monkeypatch):
    content = archive("../package/a.js")
    monkeypatch.setattr(npm, "fetched", lambda package: content)
    with pytest.raises(tarfile.OutsideDestinationError):
        npm.folder_of(pinned(content))


def test_a_registry_that_does_not_answer_is_said_in_a_line(kept, monkeypatch):
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9")
    with pytest.raises(npm.NpmError, match="axe-core 4.10.3 cannot be had from http://127.0.0.1:9/axe-core/-/.*tgz"):
        npm.folder_of(npm.AXE)
