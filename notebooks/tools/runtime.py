"""The Python that pages of the site run in a worker: the scripts of `runtime/`, from Pyodide and from what is here.

What is large lies in scripts, packed, because a page that is a file may load scripts and nothing else.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tools.files import FOLDER
from tools.npm import Package, folder_of

PYODIDE = Package(
    "pyodide",
    "314.0.7",
    "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
)
OF_PYODIDE = ("pyodide.asm.wasm", "python_stdlib.zip")
OF_THE_WORKER = ("sealed.js", "worker.js")
BEFORE_PYODIDE = 'const HOME = "https://runtime.invalid/";\nself.importScripts = undefined;\n'
SOURCES = FOLDER / "site" / "runtime"
ABOUT_LIFT = ("autograd/lift/", "autograd/export/")


def write_runtime(folder: Path) -> list[str]:
    """Write the scripts that make a Python, and name them in the order in which a page loads them."""
    import graphviz  # which writes DOT

    pyodide = folder_of(PYODIDE)
    info = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]
    ours = "\n".join((SOURCES / name).read_text(encoding="utf-8") for name in OF_THE_WORKER)
    files = {name: (pyodide / name).read_bytes() for name in OF_PYODIDE}
    files["info.json"] = json.dumps(info).encode()
    modules = {name: SOURCES / name for name in ("asked.py", "said.py", "unaltered.py")}
    files["packages.zip"] = archive(engine(lift=False) | sources_of(Path(graphviz.__file__).parent) | modules)
    files["worker.js"] = worker_script(pyodide, ours).encode()
    files["version.txt"] = hashlib.sha256(b"".join(files.values())).hexdigest()[:16].encode()
    shutil.copyfile(SOURCES / "runtime.js", folder / "runtime.js")
    return ["runtime.js", *(write_packed(folder, name, content) for name, content in files.items())]


def write_in_place(folder: Path, runtime: list[str]) -> None:
    """Write what runs the cells of the course, with this runtime: its page's script, and networks for its Python."""
    modules = {"cells.py": SOURCES / "cells.py", "needs.py": FOLDER / "tools" / "needs.py"}
    networks = engine(lift=True) | sources_of(FOLDER.parent / "nn") | modules
    packed = write_packed(folder, "networks.zip", archive(networks))
    script = (SOURCES / "in_place.js").read_text(encoding="utf-8")
    (folder / "in_place.js").write_text(
        script.replace('["runtime.js"]', json.dumps([*runtime, packed])), encoding="utf-8"
    )
    shutil.copyfile(SOURCES / "in_place.css", folder / "in_place.css")


def write_packed(folder: Path, name: str, content: bytes) -> str:
    """Write a file as a script that keeps it for `runtime.js`, and return the script's name."""
    packed = base64.b64encode(gzip.compress(content, mtime=0)).decode()
    (folder / f"{name}.js").write_text(f'chalkgradFiles["{name}"] = "{packed}";\n', encoding="ascii")
    return f"{name}.js"


def worker_script(pyodide: Path, ours: str) -> str:
    """Pyodide and what asks it as one script without modules, which a page that is a file cannot load in a worker."""
    module = (pyodide / "pyodide.asm.mjs").read_text(encoding="utf-8")
    for written, instead in (("import.meta.url", "HOME"), ("export default _createPyodideModule;", "")):
        if written not in module:
            raise ValueError(f"pyodide.asm.mjs is not written as expected: it has no {written}")
        module = module.replace(written, instead)
    loader = (pyodide / "pyodide.js").read_text(encoding="utf-8").partition("//# sourceMappingURL")[0]
    return f"{BEFORE_PYODIDE}{loader}\n{module}\n{ours}"


def engine(*, lift: bool) -> dict[str, Path]:
    """The files of the engine: those of the rooms about `lift`, which only networks read, or all others."""
    files = sources_of(FOLDER.parent / "autograd")
    return {name: path for name, path in files.items() if name.startswith(ABOUT_LIFT) == lift}


def sources_of(package: Path) -> dict[str, Path]:
    """The files of a package, by what an archive calls them."""
    files = sorted(path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(package.parent).as_posix(): path for path in files}


def archive(files: Mapping[str, Path]) -> bytes:
    """What Python imports from: files by their names there."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as zipped:
        for name, path in files.items():
            zipped.writestr(zipfile.ZipInfo(name), path.read_bytes())
    return content.getvalue()
