"""What a person waits for, beside scikit-learn: `fit`, `predict`, `evaluate`, the command on a CSV file; in one run.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 taskset -c 0 python tests/benchmarks/end_to_end.py [fit predict train]

The same layers, optimiser (Adam), batches (of 64, of iris 32) and epochs; in turns; medians, from an unmade model to
a fitted one. The command is timed as a process, from its start to its end; beside it a script that reads the same
file, prepares it, fits, and prints the scores, without a report. Its table has the form of the well-known one of
53,940 diamonds, and is made here; `--csv diamonds.csv --target price` takes the one that is there.
"""

import argparse
import csv
import random
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor

from nn import MLP, Adam, Trainer, losses

warnings.simplefilter("ignore")
CROSS_ENTROPY = losses.categorical_cross_entropy_with_logits
HEADER = f"{'':44s}{'ours':>10s}{'scikit-learn':>14s}{'ratio':>8s}"


def clock(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def in_turns(name, ours, theirs, times):
    """Medians of both, and their ratio, in a line."""
    pairs = [(clock(ours), clock(theirs)) for _ in range(times)]
    a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{name:44s}{seconds(a):>10s}{seconds(b):>14s}{a / b:8.2f}", flush=True)


def seconds(t):
    return f"{t:.2f} s" if t >= 0.1 else f"{1000.0 * t:.2f} ms"


# ── fit ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def our_fit(X, y, hidden, epochs, batch, metrics=(), seed=0):
    classes = y.dtype.kind == "i"
    model = MLP(X.shape[1], [*hidden, int(y.max()) + 1 if classes else 1], activation="tanh", rng=random.Random(seed))
    trainer = Trainer(model, CROSS_ENTROPY if classes else losses.mean_squared_error, Adam(1e-3), metrics=metrics)
    trainer.fit(X, y, epochs=epochs, batch_size=batch, verbose=0, rng=random.Random(seed))
    return trainer


def their_fit(X, y, hidden, epochs, batch, seed=0):
    kind = MLPClassifier if y.dtype.kind == "i" else MLPRegressor
    return kind(
        hidden_layer_sizes=hidden, activation="tanh", learning_rate_init=1e-3, batch_size=min(batch, len(X)), alpha=0.0,
        max_iter=epochs, n_iter_no_change=10**6, tol=0.0, random_state=seed,
    ).fit(X, y)  # fmt: skip


def fit():
    rng = np.random.default_rng(0)
    iris, digits = load_iris(), load_digits()
    Xi, Xd = (iris.data - iris.data.mean(0)) / iris.data.std(0), digits.data / 16.0
    Xl, Xm, Xr, Xw = (rng.normal(size=shape) for shape in ((50_000, 20), (6_000, 784), (30_000, 26), (60, 2_300)))
    works = [
        ("iris 4-16-3, 100 epochs", Xi, iris.target, (16,), 100, 32, 5),
        ("digits 64-32-10, 20 epochs", Xd, digits.target, (32,), 20, 64, 3),
        ("digits 64-32-10, 200 epochs", Xd, digits.target, (32,), 200, 64, 3),
        ("50,000 rows 20-32-2, 10 epochs", Xl, (Xl[:, 0] * Xl[:, 1] + Xl[:, 2] > 0).astype(int), (32,), 10, 64, 1),
        ("6,000 rows 784-128-10, 10 epochs", Xm, (Xm @ rng.normal(size=(784, 10))).argmax(1), (128,), 10, 64, 1),
        ("30,000 rows 26-32-1, regression, 10 epochs", Xr, np.tanh(Xr[:, 0]) * Xr[:, 1] + Xr[:, 2], (32,), 10, 64, 1),
        ("60 rows 2,300-16-2, 1 epoch", Xw, (Xw[:, 0] > 0).astype(int), (16,), 1, 64, 1),
    ]
    print("\nfit" + HEADER[3:])
    for name, X, y, hidden, epochs, batch, times in works:
        work = (X, y, hidden, epochs, batch)
        in_turns(name, lambda: our_fit(*work), lambda: their_fit(*work), times)
        metrics = ["accuracy"] if y.dtype.kind == "i" else ["r2", "mean_absolute_error"]
        in_turns(f"    with {' and '.join(metrics)}", lambda: our_fit(*work, metrics), lambda: their_fit(*work), times)
    small = [(Xi, iris.target, (16,), 20, 32)] * 50
    in_turns(
        "50 fits of iris, 20 epochs each",
        lambda: [our_fit(*work, seed=seed) for seed, work in enumerate(small)],
        lambda: [their_fit(*work, seed=seed) for seed, work in enumerate(small)],
        1,
    )


# ── predict and evaluate ────────────────────────────────────────────────────────────────────────────────────────


def predict():
    rng = np.random.default_rng(0)
    print("\npredict, evaluate" + HEADER[17:])
    for count, width, hidden, times in ((20_000, 8, (16, 16), 7), (54_000, 26, (16, 16), 7), (10_000, 784, (128,), 3)):
        X = rng.normal(size=(count, width))
        y = (X[:, 0] > 0.0).astype(int)
        trainer, peer = our_fit(X[:640], y[:640], hidden, 1, ["accuracy"]), their_fit(X[:640], y[:640], hidden, 1)
        model, rows = trainer.model, X.tolist()
        name = f"{count:,} rows {'-'.join(map(str, (width, *hidden, 2)))}"
        print(f"{name}: the first call, which records the model, {seconds(clock(lambda: model.predict(X)))}")
        in_turns("    predict, of an array", lambda: model.predict(X), lambda: peer.predict_proba(X), times)
        in_turns(
            "    predict, of a list of lists", lambda: model.predict(rows), lambda: peer.predict_proba(rows), times
        )
        in_turns("    evaluate, loss and accuracy", lambda: trainer.evaluate(X, y), lambda: peer.score(X, y), times)
    X = rng.normal(size=(60, 2_300))
    model = MLP(2_300, [16, 2], rng=1)
    pairs = [
        (clock(lambda: model.predict(X)), clock(lambda: [model.predict(X[k : k + 1]) for k in range(len(X))]))
        for _ in range(3)
    ]
    a, b = map(min, zip(*pairs, strict=True))
    print(f"60 rows of 2,300, too few to record: together {seconds(a)}, one by one {seconds(b)}, ratio {a / b:.2f}")


# ── The command ─────────────────────────────────────────────────────────────────────────────────────────────────

THEIRS = """
import csv, sys
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import OneHotEncoder, StandardScaler
path, target, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(path, newline="") as file:
    names, *rows = csv.reader(file)
columns = dict(zip(names, zip(*rows)))
y = np.array(columns.pop(target), dtype=float)
numbers, texts = [], []
for cells in columns.values():
    try:
        numbers.append(np.array(cells, dtype=float))
    except ValueError:
        texts.append(cells)
X = [StandardScaler().fit_transform(np.column_stack(numbers))]
if texts:
    X.append(OneHotEncoder(sparse_output=False).fit_transform(np.column_stack(texts)))
train, test, t, u = train_test_split(np.hstack(X), (y - y.mean()) / y.std(), test_size=0.2, random_state=0)
model = MLPRegressor(hidden_layer_sizes=[16, 16], activation="tanh", learning_rate_init=0.01, batch_size=32, alpha=0.0,
                     max_iter=epochs, early_stopping=True, validation_fraction=0.25, n_iter_no_change=epochs, tol=0.0,
                     random_state=0)
print(f"r2 {model.fit(train, t).score(test, u):.4f} of the test set, {model.n_iter_} epochs")
"""


def write_table(path):
    """53,940 rows of six numbers and three categories, and a price that depends on them."""
    draw = random.Random(0)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow("carat cut color clarity depth table price x y z".split())
        for _ in range(53_940):
            carat, cut, color, clarity = draw.lognormvariate(-0.4, 0.6), *(draw.randrange(n) for n in (5, 7, 8))
            x = 6.4 * carat ** (1 / 3) * draw.gauss(1, 0.01)
            price = 4_000 * carat**1.7 * (1 + 0.05 * cut) * (1.2 - 0.06 * color) * (0.7 + 0.09 * clarity)
            rows.writerow([
                f"{carat:.2f}", f"cut {cut}", "DEFGHIJ"[color], f"clarity {clarity}", f"{draw.gauss(61.7, 1.4):.1f}",
                f"{draw.gauss(57.5, 2.2):.0f}", f"{price * draw.lognormvariate(0, 0.08):.0f}", f"{x:.2f}",
                f"{x * draw.gauss(1, 0.005):.2f}", f"{0.617 * x:.2f}",
            ])  # fmt: skip


def train(path, target, epochs=20):
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            path, target = Path(folder) / "stones.csv", "price"
            write_table(path)
        ours = [sys.executable, "-m", "nn", "train", str(path), "--target", target, "--epochs", str(epochs)]
        ours += ["--patience", str(epochs), "--overwrite", "--output", str(Path(folder) / "report")]
        theirs = [sys.executable, "-W", "ignore", "-c", THEIRS, str(path), target, str(epochs)]
        print(f"\nthe command, {epochs} epochs{HEADER[25:]}")
        run = lambda command: subprocess.run(command, check=True, capture_output=True, text=True).stdout
        print("".join(f"    {line}\n" for line in (*run(ours).splitlines()[-2:], *run(theirs).splitlines())), end="")
        in_turns(f"train {path.name}, with its report", lambda: run(ours), lambda: run(theirs), 3)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[[], "fit", "predict", "train"])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--target", default="price")
    chosen = parser.parse_args()
    parts = chosen.parts or ["fit", "predict", "train"]
    if "fit" in parts:
        fit()
    if "predict" in parts:
        predict()
    if "train" in parts:
        train(chosen.csv, chosen.target)
