"""The playground of the site: the engine in a Python that runs in the browser, and the page that asks it.

All of it is files that any host, or a file manager, can open.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.files import FOLDER
from tools.npm import Package, folder_of
from tools.runtime import write_in_place, write_runtime

CODEMIRROR = Package(  # the line that is one script and needs no bundler
    "codemirror",
    "5.65.20",
    "sha512-i5dLDDxwkFCbhjvL2pNjShsojoL3XHyDwsGv1jqETUoW+lzpBKKqNTUWgQwVAOa0tUm4BwekT455ujafi8payA==",
)
OF_CODEMIRROR = {
    "lib/codemirror.js": "codemirror.js",
    "lib/codemirror.css": "codemirror.css",
    "mode/python/python.js": "python-mode.js",
    "LICENSE": "codemirror-license.txt",
}


def build(out: Path) -> Path:
    """Write `playground/` and `runtime/` into the folder of a site, and return the playground's page."""
    runtime, page = out / "runtime", out / "playground"
    runtime.mkdir(parents=True, exist_ok=True)
    page.mkdir(parents=True, exist_ok=True)
    scripts = write_runtime(runtime)
    write_in_place(runtime, scripts)
    sources = FOLDER / "site" / "playground"
    for source in sources.iterdir():
        shutil.copyfile(source, page / source.name)
    shutil.copyfile(FOLDER / "figures" / "stepper.gif", page / "stepper.gif")  # the film, where nothing can be computed
    for inside, name in OF_CODEMIRROR.items():
        shutil.copyfile(folder_of(CODEMIRROR) / inside, page / name)
    tags = "\n".join(f'<script src="../runtime/{name}"></script>' for name in scripts)
    index = page / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace("<!-- runtime -->", tags), encoding="utf-8")
    return index
