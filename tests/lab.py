"""A real JupyterLab for the tests that need one."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Without it only the cells that are in sight are in the page.
ALL_CELLS = {"windowingMode": "none"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Settings and data of Jupyter's own, in which nothing is trusted yet, and our packages to import."""
    home = tmp_path_factory.mktemp("home")
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "HOME")
    settings = home / "jupyter_config_dir/lab/user-settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(ALL_CELLS))
    return {**os.environ, **{name: str(home / name.lower()) for name in places}, "PYTHONPATH": str(ROOT)}


@contextmanager
def serving(folder, environment, module="jupyterlab"):
    """The address of a JupyterLab, or another of Jupyter's servers, that serves a folder."""
    pytest.importorskip(module)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        f"--port={port}", "--no-browser", "--allow-root", "--IdentityProvider.token=",
        f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None",
    ]  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, "-m", module, *options],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=2).close()
                break
            except (urllib.error.URLError, TimeoutError):
                assert server.poll() is None, f"{module} ended by itself"
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(30)
