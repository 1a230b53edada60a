"""What tests of several rooms need that is real: a Chromium, and Jupyter's servers."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

# A machine that does other things as well is slow at times; how long an example takes is for the benchmarks. In CI the
# examples are the same each time, so that a failure is the change's; everywhere else they are new ones.
settings.register_profile("patient", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("patient")

# What is compiled is kept for this run alone, also by the processes that it starts.
KEPT_CODE = tempfile.TemporaryDirectory(prefix="chalkgrad-tests-", ignore_cleanup_errors=True)
os.environ["CHALKGRAD_CACHE"] = KEPT_CODE.name

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def chromium():
    """A headless Chromium, started once for a test file."""
    api = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is not installed")
    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if program is None:
        pytest.skip(f"there is no Chromium: none of {', '.join(CHROMIUM_NAMES)} is on the PATH")
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # which does not work for root
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=sandbox)
        yield browser
        browser.close()


#: Whether every player of a page has begun: its scripts are unpacked after the page has been loaded.
STARTED = "[...document.querySelectorAll('[data-chalkgrad]')].every((root) => 'started' in root.dataset)"


@pytest.fixture
def open_page(chromium, tmp_path):
    """A function that opens HTML from a file, offline, and fails the test for anything that goes wrong in it."""
    contexts, troubles = [], []

    def opened(html, **options):
        context = chromium.new_context(offline=True, **{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(10_000)
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("console", lambda message: message.type == "error" and troubles.append(message.text))
        tab.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}") or dialog.dismiss())
        tab.on("request", lambda request: request.url.startswith("http") and troubles.append(request.url))
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        tab.goto(file.as_uri())
        if options.get("java_script_enabled", True):
            tab.wait_for_function(STARTED, timeout=60_000)  # of thousands of nodes, on a busy machine
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


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


@pytest.fixture(scope="session")
def serving():
    """A function that starts a JupyterLab, or another of Jupyter's servers, for as long as a `with`."""
    return jupyter_server


@contextmanager
def jupyter_server(folder, environment, module="jupyterlab"):
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
