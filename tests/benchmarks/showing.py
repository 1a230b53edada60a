"""What it takes to show a graph: the timeline's data, the page and its size, and a step in the browser.

    PYTHONPATH=tests python tests/benchmarks/showing.py

Random graphs of sums, products, tanh and sin (`graphs.random_graph`), whose nodes are counted with the constants;
the smallest of several times, because the others have waited for something else. The browser is a headless Chromium,
if there is one.
"""

import shutil
import tempfile
import time
from pathlib import Path

from autograd import Value
from autograd.show import steps
from autograd.show.stepping.page import FIXED_SIZE, NODE_SIZE, page
from conftest import CHROMIUM_NAMES
from graphs import diamond, random_graph

STEPS = """async () => {
    const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const slider = document.querySelector(".cg-controls input[type=range]");
    const times = [];
    for (let jump = 0; jump < 20; jump++) {
        slider.value = Math.floor(slider.max * (jump % 2 ? 0.3 : 0.8)) + jump;
        slider.dispatchEvent(new Event("input"));
        await frame();
        const start = performance.now();
        document.querySelector("[aria-label^='Next step']").click();
        document.body.getBoundingClientRect();  // so that the layout is done
        times.push(performance.now() - start);
        await frame();
    }
    return times.sort((a, b) => a - b);
}"""


def least(f, repeats):
    """The shortest time of a call, and its result."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = f()
        times.append(time.perf_counter() - start)
    return min(times), result


def timeline(size, seconds):
    root = random_graph(size)
    took, made = least(lambda: steps(root), 5)
    print(f"steps   {len(made.nodes):7,} nodes  {took:8.2f} s   bar {seconds} s")


def whole_page(size, seconds, repeats):
    root = random_graph(size)
    took, made = least(lambda: page(steps(root)), repeats)
    print(f"page    {len(steps(root).nodes):7,} nodes  {took:8.2f} s   bar {seconds} s")


def page_size(root):
    count, size = len(steps(root).nodes), len(page(steps(root)).encode())
    print(f"page    {count:7,} nodes  {size:10,} bytes  bar {FIXED_SIZE + NODE_SIZE * count:,}")


def browser_step(size, milliseconds):
    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if program is None:
        print("browser: there is no Chromium")
        return
    from playwright.sync_api import sync_playwright

    root = random_graph(size)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        steps(root).save(file)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.set_default_timeout(120_000)
        tab.goto(file.as_uri())
        times = tab.evaluate(STEPS)
        browser.close()
    count = len(steps(root).nodes)
    print(f"browser {count:7,} nodes  {times[10]:8.1f} ms a step, slowest {times[-1]:.1f}   bar {milliseconds} ms")


if __name__ == "__main__":
    page(steps(diamond()))  # what is imported and read once
    x = Value(2.0, label="x")
    for root in (x, -x, diamond(), random_graph(40), random_graph(400)):
        page_size(root)
    whole_page(36, 0.3, 9)
    whole_page(360, 1.0, 5)
    whole_page(3_500, 10.0, 2)
    timeline(88_000, 2.0)
    browser_step(4_400, 50)
