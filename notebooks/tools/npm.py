"""Packages of the npm registry, fetched by Python: of a stated version, with a stated content, and once for all builds.

They are kept in `chalkgrad/npm` of the user's cache folder; CHALKGRAD_NPM names another one. NPM_CONFIG_REGISTRY names
another registry, as for npm itself.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tarfile
import tempfile
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

REGISTRY = "https://registry.npmjs.org"
PATIENCE = 60  # seconds without an answer


class NpmError(Exception):
    """A package cannot be had, or is not what it should be; the message says which and why."""


@dataclass(frozen=True)
class Package:
    """A package: its name, its version, and the `integrity` of its archive as the registry states it (sha512-…)."""

    name: str
    version: str
    integrity: str

    @property
    def address(self) -> str:
        registry = os.environ.get("NPM_CONFIG_REGISTRY", REGISTRY).rstrip("/")
        return f"{registry}/{self.name}/-/{self.name.rpartition('/')[2]}-{self.version}.tgz"


AXE = Package(
    "axe-core",
    "4.10.3",
    "sha512-Xm7bpRXnDSX2YE2YFfBk2FnF0ep6tmG7xPh8iHee8MIcrgq762Nkce856dYtJYLkuIoYZvGfTs/PbZhideTcEg==",
)


def folder_of(package: Package) -> Path:
    """The folder with the files of a package, which is fetched if it is not there yet.

    Raises:
        NpmError: if the registry does not give it, or gives something else.
    """
    place = kept_packages() / f"{package.name.replace('/', '-')}-{package.version}"
    if not place.is_dir():
        unpack(checked(package, fetched(package)), place)
    return place


def kept_packages() -> Path:
    if named := os.environ.get("CHALKGRAD_NPM"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chalkgrad" / "npm"


def fetched(package: Package) -> bytes:
    try:
        with urllib.request.urlopen(package.address, timeout=PATIENCE) as answer:
            content: bytes = answer.read()
    except (OSError, ValueError) as error:
        raise NpmError(f"{package.name} {package.version} cannot be had from {package.address}: {error}") from error
    return content


def checked(package: Package, archive: bytes) -> bytes:
    """The archive, if it is the one that is meant.

    >>> checked(Package("a", "1", "sha512-no"), b"")
    Traceback (most recent call last):
        ...
    tools.npm.NpmError: a 1 is another archive than the one that was pinned: it has sha512-z4PhNX7vuL3x...
    """
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != package.integrity:
        raise NpmError(
            f"{package.name} {package.version} is another archive than the one that was pinned: it has {found}"
        )
    return archive


def unpack(archive: bytes, place: Path) -> None:
    """The files of an archive in a folder, which is there whole or not at all, whoever else does the same now."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        (root,) = (path for path in Path(folder).iterdir() if path.is_dir())
        with suppress(OSError):  # another build was sooner
            root.rename(place)
    if not place.is_dir():
        raise NpmError(f"{place} cannot be written")
