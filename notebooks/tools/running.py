"""Execute a notebook in a fresh kernel, where a warning is an error; then its exercises, solved."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from tools.exercises import solved
from tools.files import FOLDER, cleaned

SECONDS = 120  # for a cell
# Deprecations in Jupyter's own packages are no fault of a notebook.
STRICT = """\
import warnings
warnings.simplefilter("error")
for package in ("ipykernel", "IPython", "jupyter_client", "matplotlib_inline", "tornado", "traitlets", "zmq"):
    warnings.filterwarnings("ignore", module=package)
del warnings, package
"""
LOOK = """\
from tools.figures import look_at_every_figure
look_at_every_figure()
del look_at_every_figure
"""


def executed(
    notebook: NotebookNode, more: Sequence[NotebookNode] = (), look: bool = True
) -> tuple[NotebookNode, list[str]]:
    """The notebook with the outputs of a fresh run, and what its checks say once their exercises are solved.

    The solutions run after everything else, in the same kernel, so that nothing needs to run twice. So do `more` cells,
    each second of which is a check as well. With `look` a figure in which something cannot be seen is an error, too.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell raises.
    """
    from jupyter_client.manager import AsyncKernelManager
    from matplotlib import font_manager  # noqa: F401 (finds the fonts, once on a machine, and says so on stderr)

    before, after = [new_code_cell(STRICT + LOOK * look)], [*solved(notebook), *more]
    run = new_notebook(cells=[*before, *cleaned(notebook).cells, *after])
    manager = AsyncKernelManager()
    command = [
        sys.executable,
        "-m",
        "ipykernel_launcher",
        "-f",
        "{connection_file}",
        "--log-level=ERROR",
    ]
    manager.kernel_spec.argv = command
    client = NotebookClient(
        run,
        km=manager,
        timeout=SECONDS,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.owns_km = True  # to end the kernel as well
    client.execute()
    end = len(run.cells) - len(after)
    answers = ["".join(output.get("text", "") for output in cell.outputs) for cell in run.cells[end:][1::2]]
    return cleaned(new_notebook(cells=run.cells[1:end])), answers
