"""A program that somebody else wrote reaches no network, nothing that the site keeps, and no page but its own."""

import http.server
import threading
from functools import partial

import pytest
from playground_page import IDLE, LONG, READY, Quiet, run

pytestmark = [pytest.mark.browser]

#: What is tried: each line of JavaScript would be seen by the other server, or kept by the browser.
TRIED = (
    "fetch('OTHER/fetch')",
    "WorkerGlobalScope.prototype.fetch.call(self, 'OTHER/old-fetch')",
    "(() => { const asked = new XMLHttpRequest(); asked.open('GET', 'OTHER/xhr', false); asked.send(); })()",
    "import('OTHER/module')",
    "importScripts('OTHER/script')",
    "new WebSocket('OTHER/socket'.replace('http', 'ws'))",
    'new Worker(URL.createObjectURL(new Blob([\'fetch("OTHER/worker"); indexedDB.open("kept")\'])))',
    "caches.open('chalkgrad-playground').then((c) => c.put('HERE/playground/index.html', new Response('taken')))",
    "indexedDB.open('kept')",
    "postMessage({ ready: true, snapshot: new Uint8Array([1, 2, 3]) })",
    "navigator.storage.getDirectory().then((d) => d.getFileHandle('kept', { create: true }))",
)
FRAME = "<head></head><script>location = 'OTHER/frame'</script><img src='OTHER/image'>"


class Noting(http.server.BaseHTTPRequestHandler):
    """A server elsewhere, which notes what it is asked for."""

    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def serve():
    servers = []

    def served(handler):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield served
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_program_reaches_nothing_outside(playground_folder, chromium, serve):
    here = serve(partial(Quiet, directory=str(playground_folder)))
    other = serve(Noting)
    home = f"http://127.0.0.1:{here.server_port}"
    elsewhere = f"http://127.0.0.1:{other.server_port}"
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{home}/playground/index.html")
    page.wait_for_function(READY, timeout=LONG)
    tried = [line.replace("OTHER", elsewhere).replace("HERE", home) for line in TRIED]
    program = "from pyodide.code import run_js\n" + "\n".join(
        f"try: run_js({line!r})\nexcept Exception as error: print(error)" for line in tried
    )
    assert run(page, "program", program).endswith(" ms")
    page_of_its_own = FRAME.replace("OTHER", elsewhere)
    replaced = f"import asked\nasked.page_of = lambda shown: {page_of_its_own!r}\n"
    run(page, text=f"{replaced}from autograd import Value\nL = Value(2.0) * 3.0")
    page.wait_for_selector("#part iframe")
    page.wait_for_timeout(1000)
    assert other.asked == []
    assert page.evaluate("runtime.memory.bytes.length") > 1_000_000  # not what the program sent
    assert page.evaluate("indexedDB.databases()") == []
    kept = "caches.match(location.href).then((page) => page?.text()).then((text) => text ?? '')"
    assert "taken" not in page.evaluate(kept)
    assert page.evaluate("navigator.storage.getDirectory().then((d) => Array.fromAsync(d.keys()))") == []
    context.close()


def test_a_chain_that_the_stack_cannot_free_is_said_and_the_page_goes_on(playground_folder, chromium):
    page = chromium.new_page()
    page.goto((playground_folder / "playground" / "index.html").as_uri())
    page.wait_for_function(READY, timeout=LONG)
    program = "from autograd import Value\nx = Value(1.0)\nfor _ in range(20_000): x = x + 1.0\ndel x"
    assert "too small to free a chain" in run_to_its_end(page, program)
    assert run(page, "expression", "L = w*x").endswith(" ms")
    page.close()


def run_to_its_end(page, program):
    page.click("[data-kind=program]")
    page.evaluate("text => editor.setValue(text)", program)
    page.evaluate("run().then(() => { window.seen = byId('printed').textContent; })")
    page.wait_for_function("window.seen", timeout=LONG)
    page.wait_for_function(IDLE, timeout=LONG)
    return page.evaluate("seen")
