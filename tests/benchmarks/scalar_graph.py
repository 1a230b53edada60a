"""Our engine beside micrograd 0.1.0 and a minimal Value: time and memory of a scalar graph, a neuron, a start.

    .venv/bin/pip install --no-deps micrograd==0.1.0
    .venv/bin/python tests/benchmarks/scalar_graph.py

Each engine runs in a process of its own, on one processor; the engines take turns, so that a slow minute slows all of
them. The gradients are compared before anything is timed. Medians; a time is that of the forward pass, the backward
pass and letting go of the graph. Without micrograd the rest is measured all the same.
"""

import argparse
import gc
import json
import math
import os
import platform
import random
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ENGINES = ["micrograd", "minimal", "ours"]
WIDTHS = [8, 16, 4, 1]
SIZES = {"32,000": 77, "200,000": 486}  # samples that make a graph of about so many nodes


def load(engine):
    """The engine's Value, with a tanh."""
    if engine == "ours":
        from autograd import Value
    elif engine == "minimal":
        sys.path.insert(0, HERE)
        from minimal_value import Value
    else:
        from micrograd.engine import Value

        def tanh(self):  # as the lecture adds it
            t = math.tanh(self.data)
            out = Value(t, (self,), "tanh")

            def backward():
                self.grad += (1 - t * t) * out.grad

            out._backward = backward
            return out

        Value.tanh = tanh
    return Value


class Network:
    """The summed squared output of a small tanh network over some samples: adds, products and tanh."""

    def __init__(self, Value, samples):
        rng = random.Random(0)
        self.Value = Value
        self.layers = [
            [
                ([Value(rng.uniform(-0.5, 0.5)) for _ in range(n_in)], Value(rng.uniform(-0.5, 0.5)))
                for _ in range(n_out)
            ]
            for n_in, n_out in zip(WIDTHS, WIDTHS[1:])
        ]
        self.rows = [[rng.gauss(0.0, 1.0) for _ in range(WIDTHS[0])] for _ in range(samples)]
        self.parameters = [p for layer in self.layers for w, b in layer for p in [*w, b]]
        per_sample = sum(n_out * (2 * n_in + 1) for n_in, n_out in zip(WIDTHS, WIDTHS[1:])) + 2
        self.nodes = samples * per_sample

    def forward(self):
        total = self.Value(0.0)
        for row in self.rows:
            x = [self.Value(number) for number in row]
            for layer in self.layers:
                outputs = []
                for weights, bias in layer:
                    z = bias
                    for w, xi in zip(weights, x):
                        z = z + w * xi
                    outputs.append(z.tanh())
                x = outputs
            total = total + x[0] * x[0]
        return total

    def step(self):
        for p in self.parameters:
            p.grad = 0.0
        root = self.forward()
        root.backward()


def neuron(engine):
    """tanh(w·x + b) of 64 inputs, forward and backward, as the engine does it best."""
    Value = load(engine)
    rng = random.Random(0)
    w, x = ([Value(rng.uniform(-0.2, 0.2)) for _ in range(64)] for _ in range(2))
    b = Value(0.1)
    if engine == "ours":
        from autograd import dot

        def forward():
            return (dot(w, x) + b).tanh()
    else:

        def forward():
            z = b
            for wi, xi in zip(w, x):
                z = z + wi * xi
            return z.tanh()

    def step():
        for v in w:
            v.grad = 0.0
        for v in x:
            v.grad = 0.0
        forward().backward()

    return step


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


def memory(network):
    """Bytes a node after the forward pass, and at the peak of the backward pass."""
    if not os.path.exists("/proc/self/clear_refs"):
        return None
    gc.collect()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    start = resident()
    root = network.forward()
    after = resident()
    root.backward()
    return (after - start) / network.nodes, (peak() - start) / network.nodes


def serve(engine):
    """Answer the driver's requests, one a line."""
    sys.setrecursionlimit(1_000_000)
    networks = {}
    neuron_step = None
    for line in sys.stdin:
        kind, *argument = line.split()
        answer = None
        if kind == "network":
            networks[argument[0]] = network = Network(load(engine), int(argument[1]))
            network.step()
            answer = [p.grad for p in network.parameters]
        elif kind == "memory":  # asked of a fresh process, which has no memory to use again
            answer = memory(Network(load(engine), int(argument[0])))
        elif kind in ("on", "off"):
            network = networks[argument[0]]
            gc.collect()
            if kind == "off":
                gc.disable()
            repeats = max(1, 100_000 // network.nodes)
            if kind == "on":
                network.step()
            start = time.perf_counter()
            for _ in range(repeats):
                network.step()
            answer = (time.perf_counter() - start) / repeats / network.nodes * 1e9
            gc.enable()
        elif kind == "neuron":
            neuron_step = neuron_step or neuron(engine)
            for _ in range(20):
                neuron_step()
            start = time.perf_counter()
            for _ in range(300):
                neuron_step()
            answer = (time.perf_counter() - start) / 300 * 1e6
        print(json.dumps(answer), flush=True)


FIRST_GRADIENT = """
import random
{imports}
random.seed(1)
model = MLP(2, [16, 16, 1])
rows = [[random.gauss(0, 1), random.gauss(0, 1)] for _ in range(100)]
scores = [model(list(map(Value, row))) for row in rows]
losses = [(1 + (-1.0 if row[0] > row[1] else 1.0) * score).relu() for row, score in zip(rows, scores)]
(sum(losses) * 0.01).backward()
assert any(p.grad for p in model.parameters())
"""
STARTS = {
    "bare Python": "pass",
    "import autograd": "import autograd",
    "first gradient, ours": FIRST_GRADIENT.format(imports="from autograd import Value\nfrom nn.micrograd import MLP"),
    "first gradient, micrograd": FIRST_GRADIENT.format(
        imports="from micrograd.engine import Value\nfrom micrograd.nn import MLP"
    ),
}


def start_times(repeats):
    """Milliseconds from the start of a process to its end, the programs taking turns."""
    times = {name: [] for name in STARTS}
    for _ in range(repeats):
        for name, code in STARTS.items():
            begin = time.perf_counter()
            done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
            if done.returncode == 0:
                times[name].append((time.perf_counter() - begin) * 1e3)
    return {name: statistics.median(found) for name, found in times.items() if found}


class Engine:
    """A process that serves one engine."""

    def __init__(self, name, cpu):
        command = [sys.executable, os.path.abspath(__file__), "--serve", name]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self.process.pid, {cpu})

    def ask(self, *request):
        self.process.stdin.write(" ".join(map(str, request)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def available(engine):
    try:
        load(engine)
    except ImportError:
        print(f"{engine} is not installed and is left out: pip install --no-deps micrograd==0.1.0\n")
        return False
    return True


def close(a, b):
    return all(abs(x - y) <= 1e-9 * max(1.0, abs(x)) for x, y in zip(a, b, strict=True))


def measure(repeats, cpu):
    """Rows (what, {engine: median}, unit, bar, the two engines that the bar compares)."""
    names = [engine for engine in ENGINES if available(engine)]
    engines = {name: Engine(name, cpu) for name in names}
    rows = []
    for size, samples in SIZES.items():
        answers = {name: engine.ask("network", size, samples) for name, engine in engines.items()}
        for name, gradient in answers.items():
            if not close(gradient, answers["ours"]):
                sys.exit(f"the gradient of {name} is not ours")
        for mode, bar in (("off", "≤ 0.40 × micrograd"), ("on", "≤ 0.09 × micrograd")):
            times = {name: [] for name in names}
            for _ in range(repeats):
                for name, engine in engines.items():
                    times[name].append(engine.ask(mode, size))
            medians = {name: statistics.median(found) for name, found in times.items()}
            rows.append((f"{size} nodes, collector {mode}, ns a node", medians, bar, "micrograd"))
    used = {name: Engine(name, cpu).ask("memory", SIZES["200,000"]) for name in names}
    if used["ours"]:
        for place, (when, bar) in enumerate([("after forward", "≤ 170"), ("at the peak", "≤ 215")]):
            rows.append((f"bytes a node {when}", {name: used[name][place] for name in names}, bar, None))
    times = {name: [] for name in names if name != "micrograd"}
    for _ in range(repeats):
        for name in times:
            times[name].append(engines[name].ask("neuron"))
    medians = {name: statistics.median(found) for name, found in times.items()}
    rows.append(("neuron of 64 inputs, µs", medians, "≤ 0.10 × minimal", "minimal"))
    starts = start_times(repeats)
    bare = starts["bare Python"]
    first = {
        name: starts[f"first gradient, {name}"] for name in ("micrograd", "ours") if f"first gradient, {name}" in starts
    }
    rows.append(("process start to first gradient, ms", first, "≤ 250", None))
    rows.append(("import autograd, ms beyond bare Python", {"ours": starts["import autograd"] - bare}, "≤ 40", None))
    return rows


def machine():
    """What it ran on."""
    name = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            name = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), name)
    return f"{name}, {platform.system()}, {platform.python_implementation()} {platform.python_version()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--cpu", type=int, default=0, help="the processor to run on")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve)
    rows = measure(options.repeats, options.cpu)
    print("| | micrograd 0.1.0 | minimal Value | chalkgrad | ratio | bar |\n|---|---:|---:|---:|---:|---|")
    for what, medians, bar, rival in rows:
        cells = [f"{medians[name]:,.0f}" if name in medians else "–" for name in ENGINES]
        if what.startswith("neuron"):
            cells = [f"{medians[name]:,.1f}" if name in medians else "–" for name in ENGINES]
        ratio = f"{medians['ours'] / medians[rival]:.3f}" if rival in medians else ""
        print(f"| {what} | {' | '.join(cells)} | {ratio} | {bar} |")
    print(f"\n{machine()}; medians of {options.repeats}.")
    return None


if __name__ == "__main__":
    main()
