"""How tests of the playground use its page: wait for its Python, run something, serve its files."""

import http.server

READY = "document.body.dataset.python === 'ready'"
IDLE = f"{READY} && !runtime.busy && !running"
LONG = 60_000  # milliseconds in which a Python starts on a busy machine


def run(page, kind=None, text=None):
    """Type, press Run, and wait for what comes of it; the line below the buttons."""
    if kind:
        page.click(f"[data-kind={kind}]")
    if text is not None:
        page.evaluate("text => editor.setValue(text)", text)
    page.evaluate("say('')")
    page.click("#run")
    page.wait_for_function(f"{IDLE} && !/^$|running|starting|waiting/.test(byId('status').textContent)", timeout=LONG)
    return page.inner_text("#status")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that does not tell."""

    def log_message(self, *args):
        pass
