"""The playground of the site: the engine in a Python that runs in the browser, and the page that asks it.

All of it is files that any host, or a file manager, can open: what is large lies in scripts, packed, because a page
that is a file may load scripts and nothing else.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import shutil
import zipfile
from pathlib import Path

from tools.files import FOLDER
from tools.npm import Package, folder_of

PYODIDE = Package(
    "pyodide",
    "314.0.7",
    "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
)
CODEMIRROR = Package(  # the line that is one script and needs no bundler
    "codemirror",
    "5.65.20",
    "sha512-i5dLDDxwkFCbhjvL2pNjShsojoL3XHyDwsGv1jqETUoW+lzpBKKqNTUWgQwVAOa0tUm4BwekT455ujafi8payA==",
)
OF_PYODIDE = ("pyodide.asm.wasm", "python_stdlib.zip")
OF_THE_WORKER = ("sealed.js", "worker.js")
OF_CODEMIRROR = {
    "lib/codemirror.js": "codemirror.js",
    "lib/codemirror.css": "codemirror.css",
    "mode/python/python.js": "python-mode.js",
    "LICENSE": "codemirror-license.txt",
}
BEFORE_PYODIDE = 'const HOME = "https://runtime.invalid/";\nself.importScripts = undefined;\n'
LEFT_OUT = ("lift", "export")  # rooms of the engine that need NumPy, which is not there


def build(out: Path) -> Path:
    """Write `playground/` and `runtime/` into the folder of a site, and return the playground's page."""
    runtime, page = out / "runtime", out / "playground"
    runtime.mkdir(parents=True, exist_ok=True)
    page.mkdir(parents=True, exist_ok=True)
    scripts = write_runtime(runtime)
    sources = FOLDER / "site" / "playground"
    for source in sources.iterdir():
        shutil.copyfile(source, page / source.name)
    for inside, name in OF_CODEMIRROR.items():
        shutil.copyfile(folder_of(CODEMIRROR) / inside, page / name)
    tags = "\n".join(f'<script src="../runtime/{name}"></script>' for name in scripts)
    index = page / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace("<!-- runtime -->", tags), encoding="utf-8")
    return index


def write_runtime(folder: Path) -> list[str]:
    """The scripts that make a Python in the order in which a page loads them."""
    sources = FOLDER / "site" / "runtime"
    pyodide = folder_of(PYODIDE)
    info = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]
    files = {name: (pyodide / name).read_bytes() for name in OF_PYODIDE}
    files["info.json"] = json.dumps(info).encode()
    files["packages.zip"] = packages((sources / "asked.py").read_bytes())
    ours = "\n".join((sources / name).read_text(encoding="utf-8") for name in OF_THE_WORKER)
    files["worker.js"] = worker_script(pyodide, ours).encode()
    scripts = ["runtime.js"]
    shutil.copyfile(sources / "runtime.js", folder / "runtime.js")
    for name, content in files.items():
        packed = base64.b64encode(gzip.compress(content, mtime=0)).decode()
        scripts.append(f"{name}.js")
        (folder / scripts[-1]).write_text(f'chalkgradFiles["{name}"] = "{packed}";\n', encoding="ascii")
    return scripts


def worker_script(pyodide: Path, ours: str) -> str:
    """Pyodide and what asks it as one script without modules, which a page that is a file cannot load in a worker."""
    module = (pyodide / "pyodide.asm.mjs").read_text(encoding="utf-8")
    for written, instead in (("import.meta.url", "HOME"), ("export default _createPyodideModule;", "")):
        if written not in module:
            raise ValueError(f"pyodide.asm.mjs is not written as expected: it has no {written}")
        module = module.replace(written, instead)
    loader = (pyodide / "pyodide.js").read_text(encoding="utf-8").partition("//# sourceMappingURL")[0]
    return f"{BEFORE_PYODIDE}{loader}\n{module}\n{ours}"


def packages(asked: bytes) -> bytes:
    """What Python imports there: the engine without what needs NumPy, graphviz, which writes DOT, and `asked.py`."""
    import graphviz

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for package in (FOLDER.parent / "autograd", Path(graphviz.__file__).parent):
            for path in sorted(package.rglob("*")):
                place = path.relative_to(package.parent)
                if path.is_file() and "__pycache__" not in place.parts and place.parts[1] not in LEFT_OUT:
                    archive.writestr(zipfile.ZipInfo(place.as_posix()), path.read_bytes())
        archive.writestr(zipfile.ZipInfo("asked.py"), asked)
    return content.getvalue()
