"""The site: Sphinx makes pages of the course, the guides and the docstrings, which need no server and no network."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from tools.site.sources import PAGES, PLAYGROUNDS, ROOT, gather


class SiteError(Exception):
    """The site cannot be built as it is; the message says why."""


def build(out: Path, *, playgrounds: bool = True) -> Path:
    """Write the site into a folder, which is made if need be, and return its first page.

    Args:
        out: the folder. Pages of an earlier site there are replaced.
        playgrounds: whether the playgrounds are built as well, for which packages of npm are needed.
    Raises:
        SiteError: if Sphinx finds a fault in a page, a missing link for example; all of them are in the message.
        NpmError: if a playground's packages cannot be had.
    """
    if missing := [package for package in ("sphinx", "furo", "myst_nb") if not find_spec(package)]:
        raise SiteError(f"the site is made by {', '.join(missing)}, which is not installed: pip install -e '.[site]'")
    out.mkdir(parents=True, exist_ok=True)
    built = PLAYGROUNDS if playgrounds else ()
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder, "sources")
        gather(sources, built)
        command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-j", "2", "-c", PAGES]
        command += [f"-A{playground.folder}=1" for playground in built]  # for the sidebar
        result = subprocess.run(
            [*map(str, command), "-d", f"{folder}/doctrees", str(sources), str(out)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "notebooks"), str(ROOT), *sys.path])},
            capture_output=True,
            text=True,
            check=False,
        )
    if result.returncode:
        raise SiteError(f"Sphinx found faults in the pages:\n{result.stderr.strip()}")
    (out / ".nojekyll").touch()  # for hosts that would leave folders out whose names begin with _
    for playground in built:
        import_module(playground.module).build(out)
    return out / "index.html"
