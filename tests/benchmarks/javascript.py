"""Steps of training (forward, backward, and a step of gradient descent) a second on one core, by back end.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 taskset -c 1 python tests/benchmarks/javascript.py

All samples are one batch. In JavaScript by Node, and by a Chromium if Playwright is installed and one is on the PATH;
what is not there is left out. The best of many short windows, in turns, as on a shared machine others take their time.
"""

import json
import random
import shutil
import subprocess
import time
from contextlib import contextmanager

import numpy as np

from autograd import dot
from autograd.lift.batch_script import batch_script
from autograd.lift.capture.vmap import each_sample
from autograd.lift.choose_backend import can_compile
from autograd.lift.over_batch import OverBatch
from nn import MLP
from nn.losses import get as loss_named

NETWORKS = [([16, 16, 1], "tanh", 200), ([16, 16, 1], "relu", 200), ([8, 1], "tanh", 200), ([32, 32, 1], "tanh", 1000)]
RATE, WARM_UP, WINDOW, WINDOWS, RUNS = 0.05, 0.4, 0.02, 20, 3

CONSTANTS = {"rate": RATE, "warm_up": WARM_UP, "window": WINDOW, "windows": WINDOWS}

#: How many steps a second are taken, once the engine has compiled what it runs often.
LOOP = """(() => {{
  const {{parameters, X, y, count}} = {given};
  const network = ({source})(count);
  network.parameters.set(parameters);
  network.X.set(X);
  network.y.set(y);
  const measured = (seconds) => {{
    const begin = performance.now();
    let steps = 0;
    while (performance.now() - begin < 1000 * seconds) {{
      for (let k = 0; k < 10; k++, steps++) {{
        network.step();
        for (let p = 0; p < parameters.length; p++) network.parameters[p] -= {rate} * network.gradient[p];
      }}
    }}
    return (1000 * steps) / (performance.now() - begin);
  }};
  measured({warm_up});
  let best = 0;
  for (let k = 0; k < {windows}; k++) best = Math.max(best, measured({window}));
  return best;
}})()"""


class Trial:
    """A network on random points, and what measures it, by name."""

    def __init__(self, widths, activation, count, page):
        self.name = f"2-{'-'.join(map(str, widths))} {activation}, {count} samples"
        self.count = count
        self.model = MLP(2, widths, activation=activation, rng=1)
        self.parameters, self.loss = self.model.parameters(), loss_named("mean_squared_error")
        self.numbers = np.array([p.data for p in self.parameters])
        draw = random.Random(2)
        self.X = np.array([[draw.uniform(-1, 1), draw.uniform(-1, 1)] for _ in range(count)])
        self.y = np.sign(self.X[:, :1] * self.X[:, 1:])
        self.measures = {"NumPy": self.by_machine(False)}
        if can_compile():
            self.measures["LLVM"] = self.by_machine(True)
        start = time.perf_counter()
        source = batch_script(self.of_sample, self.parameters, 2)
        print(f"{self.name}: {1000 * (time.perf_counter() - start):.0f} ms to {len(source):,} characters of JavaScript")
        given = {"parameters": self.numbers.tolist(), "X": self.X.ravel().tolist(), "y": self.y.ravel().tolist()}
        loop = LOOP.format(source=source, given=json.dumps({**given, "count": count}), **CONSTANTS)
        if node := shutil.which("node") or shutil.which("nodejs"):
            self.measures["Node"] = lambda: in_node(node, loop)
        if page:
            self.measures["Chromium"] = lambda: page.evaluate(loop)

    def of_sample(self, x, y):
        outputs = self.model(x)
        return self.loss(outputs, y), outputs, []

    def by_machine(self, machine_code):
        """The same on a memory of NumPy's: by NumPy, or by machine code."""
        shares = [1.0 / self.count] * self.count
        batch = lambda x, y, share: [dot(each_sample(self.loss(self.model(x), y), self.count), share)]
        program = OverBatch(batch, {"X": self.X[0], "y": self.y[0]}, {"shares": shares}, self.count)
        machine = program.machine(repeated=machine_code)
        given = np.concatenate([self.X, self.y, shares], axis=None)
        places = slice(program.places[0], program.places[-1] + 1)

        def steps_a_second():
            machine.values[program.start : program.start + program.arguments] = given
            machine.values[program.places] = [leaf.data for leaf in program.captured]
            best = 0.0
            for _ in range(WINDOWS):
                begin, steps = time.perf_counter(), 0
                while time.perf_counter() - begin < WINDOW:
                    machine.forward_and_backward()
                    machine.values[places] -= RATE * machine.adjoints[places]
                    steps += 1
                best = max(best, steps / (time.perf_counter() - begin))
            return best

        return steps_a_second

    def show(self):
        best = dict.fromkeys(self.measures, 0.0)
        for _ in range(RUNS):
            for name, measure in self.measures.items():
                best[name] = max(best[name], measure())
        print("    " + "   ".join(f"{name} {steps:,.0f}/s" for name, steps in best.items()))


def in_node(node, loop):
    ran = subprocess.run([node, "-e", f"console.log({loop})"], capture_output=True, text=True, check=True)
    return float(ran.stdout)


@contextmanager
def chromium_page():
    """A page of a Chromium, or None."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if not program:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


if __name__ == "__main__":
    with chromium_page() as page:
        for network in NETWORKS:
            Trial(*network, page).show()
