"""Our networks beside scikit-learn's, on data that neither has seen: mean and spread over five seeds.

    .venv/bin/python tests/benchmarks/learning.py

Both get the same split, the same scaled inputs, the same layers, Adam, learning rate, batch size, early stopping on a
validation set with the same patience, and no penalty. scikit-learn draws its validation set from the training rows
itself, so it is given the rows of both of ours.
"""

import random
import statistics
import time

import numpy as np
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor

from nn import MLP, GradientDescent, Trainer, losses
from nn.app.experiment import SETS, Settings, experiment
from nn.data.bundled import load

SEEDS = range(5)
HIDDEN, RATE, BATCH, EPOCHS, PATIENCE = (32,), 0.01, 32, 60, 10


def ours(name, seed):
    settings = Settings(
        hidden=HIDDEN, learning_rate=RATE, batch_size=BATCH, epochs=EPOCHS, patience=PATIENCE, seed=seed
    )
    run = experiment(load(name), settings, verbose=0)
    metric = "accuracy" if run.data.classes else "r2"
    return run, run.figures["test"][metric]


def theirs(run, seed):
    prepare = run.trained.prepare
    inputs = {part: np.array(prepare.transform(run.parts[part].table)) for part in SETS}
    targets = {part: np.array(prepare.transform_target(run.parts[part].table)) for part in SETS}
    kind = MLPClassifier if run.data.classes else MLPRegressor
    held = len(targets["validation"]) / (len(targets["validation"]) + len(targets["train"]))
    same = {"activation": "tanh", "alpha": 0.0, "learning_rate_init": RATE, "batch_size": BATCH, "max_iter": EPOCHS}
    stopping = {"early_stopping": True, "validation_fraction": held, "n_iter_no_change": PATIENCE, "tol": 0.0}
    model = kind(hidden_layer_sizes=HIDDEN, **same, **stopping, random_state=seed)
    model.fit(*(np.concatenate([d["train"], d["validation"]]) for d in (inputs, targets)))
    score = accuracy_score if run.data.classes else r2_score
    return score(targets["test"], model.predict(inputs["test"]))


def spread(numbers):
    return f"{statistics.fmean(numbers):.3f} ± {statistics.stdev(numbers):.3f}"


def moons():
    """The demo of micrograd: the share of 100 samples on the right side after 100 steps."""
    shares = []
    for seed in SEEDS:
        data = load("moons", samples=100, seed=seed)
        X = list(zip(*(data.table.numbers(column) for column in data.kinds), strict=True))
        y = [2 * target - 1 for target in data.targets]
        descent = GradientDescent(lambda step: 1.0 - 0.9 * step / 100)
        model = MLP(2, [16, 16, 1], rng=random.Random(seed))
        Trainer(model, losses.hinge, descent, l2=1e-4).fit(X, y, epochs=100, batch_size=None, verbose=0)
        shares.append(sum((score > 0) == (t > 0) for (score,), t in zip(model.predict(X), y, strict=True)) / 100)
    return spread(shares)


def digits_epoch():
    """Seconds for one epoch of all 1,797 digits, 64-32-10 tanh, batches of 64, plain gradient descent, eager engine."""
    data = load("digits")
    columns = [data.table.numbers(column) for column in data.kinds]
    X = [[number / 16.0 for number in row] for row in zip(*columns, strict=True)]
    model = MLP(64, [32, 10], activation="tanh", rng=1)
    trainer = Trainer(model, "categorical_cross_entropy_with_logits", GradientDescent(0.1), engine="eager")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        trainer.fit(X, data.targets, epochs=1, batch_size=64, verbose=0, rng=1)
        times.append(time.perf_counter() - start)
    return f"{min(times):.2f} best, {statistics.median(times):.2f} median"


if __name__ == "__main__":
    print("| test set | metric | scikit-learn | chalkgrad |\n|---|---|---:|---:|")
    for name in ("iris", "wine", "breast_cancer", "digits", "diabetes"):
        pairs = []
        for seed in SEEDS:
            run, score = ours(name, seed)
            pairs.append((theirs(run, seed), score))
        peers, own = zip(*pairs, strict=True)
        print(f"| {name} | {'accuracy' if run.data.classes else 'r²'} | {spread(peers)} | {spread(own)} |", flush=True)
    print(f"| moons, 100 steps | accuracy | – | {moons()} |")
    print(f"\none epoch of digits, s: {digits_epoch()}")
