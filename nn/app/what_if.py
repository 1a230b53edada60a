"""The trained network on the report's page: inputs that can be moved, what it answers to them, and its neurons then.

The page computes with the recorded graph of one sample, from the network's own inputs to the probabilities, or to the
answer in its own unit; the columns of a row are prepared there as they were for the training.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import autograd
from autograd import Value
from autograd.graph import topological_order
from autograd.javascript.computation import Rules, computation
from autograd.show.stepping.final_drawing import final_svg
from autograd.show.stepping.player import SCRIPTS, player, script_literal
from autograd.show.stepping.player_data import player_data
from autograd.show.steps import steps
from nn.app.experiment import Run, prepared
from nn.app.neurons import neurons_at
from nn.data.cells import MISSING_NUMBER, number_in
from nn.data.dataset import Dataset
from nn.data.selection import category_text
from nn.decisions import DECISIONS, Threshold
from nn.predictor import Predictor

MOST_PARAMETERS = 2_000  # of a network that a page computes
MOST_ROWS_TO_CHOOSE = 300  # of the test set that can be chosen
NETWORK_SCRIPTS = (*SCRIPTS["stepper"], "nn.app/what_if.js")


def what_if(run: Run) -> str:
    """An HTML fragment in which the inputs of a test row can be moved, or the reason why there is none."""
    parameters = len(run.trained.model.parameters())
    if parameters > MOST_PARAMETERS:
        return (
            f"<p>The network has {parameters:,} parameters. One of at most {MOST_PARAMETERS:,} would be here, to be"
            " asked what it answers to other inputs; <code>chalkgrad predict</code> asks this one.</p>"
        )
    if "test" not in run.figures:
        return "<p>There are no test rows whose inputs could be changed.</p>"
    data, rules = what_if_data(run)
    still = "<p>Where scripts run, the inputs of a test row can be changed here, and the answer follows.</p>"
    return player("whatIf", still, data, rules, scripts=NETWORK_SCRIPTS, more={"neurons": neurons_literal(run)})


def what_if_data(run: Run) -> tuple[dict[str, Any], list[str]]:
    """What `whatIf` of what_if.js takes: data, and the rules of the network's operations."""
    trained, rules = run.trained, Rules()
    graph = network_graph(trained, rules)
    decides = DECISIONS.get(trained.head.decision)
    return {
        **graph,
        "columns": columns_of(trained, run.parts["train"]),
        "target": trained.prepare.target,
        "classes": list(trained.prepare.classes),
        "threshold": decides.threshold if isinstance(decides, Threshold) else None,
        "rows": rows_of(run),
        "targets": targets_of(trained),
    }, rules.texts


def network_graph(trained: Predictor, rules: Rules) -> dict[str, Any]:
    """The network as a graph for the page, and the places in it.

    `inputs` are what the network reads; `outputs` what it decides by; `shares` the probabilities of the classes, or, if
    there are none, the one number that is moved: the answer of a regression, or the score of the second class.
    """
    inputs = [Value(0.0) for _ in trained.prepare.inputs]
    outputs = trained.model(inputs)
    shares = shares_of(trained, outputs)
    nodes = topological_order(*inputs, *outputs, *shares)
    place = {node: index for index, node in enumerate(nodes)}
    return {
        "graph": computation(nodes, rules),
        "inputs": [place[node] for node in inputs],
        "outputs": [place[node] for node in outputs],
        "shares": [place[node] for node in shares],
        "probable": len(shares) > 1,
    }


def targets_of(trained: Predictor) -> Any:
    """How the loss takes an answer: for each class its numbers; for a number what it is standardised by."""
    if trained.prepare.classes:
        return [trained.loss.encode(code, trained.head.n_outputs) for code in trained.head.codes]
    scaler = trained.prepare.to_dict()["target_scaler"]
    return {"mean": scaler["mean"][0], "scale": scaler["scale"][0]}


def neurons_literal(run: Run) -> str:
    """What `stepper` takes to step through the neurons, with its drawing and the places of the leaves; or the reason.

    The numbers are those of the first test row; the page puts others in their place.
    """
    trained, test = run.trained, run.parts["test"]
    inputs, (target,) = prepared(test.take([0]), trained.prepare, trained.head)
    neurons = neurons_at(trained, inputs[0].tolist(), target.item())
    shown = steps(neurons.root, learn=[])
    try:
        svg = final_svg(shown)
    except RuntimeError as reason:  # CHALKGRAD_DOT leads nowhere
        return script_literal({"trouble": f"The network's neurons cannot be drawn: {reason}"})
    data, rules = player_data(shown, shown.choices)
    place = {node: index for index, node in enumerate(shown.nodes)}
    data |= {
        "svg": svg,
        "inputs": [place[leaf] for leaf in neurons.inputs],
        "targets": [place[leaf] for leaf in neurons.targets],
    }
    return f"{{...{script_literal(data)}, rules: [{','.join(rules)}]}}"


def shares_of(trained: Predictor, outputs: Sequence[Value]) -> list[Value]:
    """As `Predictor.probabilities` and `Preprocessor.answers`, on Values."""
    if not trained.prepare.classes:
        scaler = trained.prepare.to_dict()["target_scaler"]
        return [outputs[0] * scaler["scale"][0] + scaler["mean"][0]]
    if trained.loss.expects == "scores":
        return [outputs[0]]
    if trained.loss.expects == "probabilities":
        return list(outputs) if len(outputs) > 1 else [1.0 - outputs[0], outputs[0]]
    return autograd.softmax(outputs if len(outputs) > 1 else [Value(0.0), outputs[0]])


def columns_of(trained: Predictor, training: Dataset) -> list[dict[str, Any]]:
    """Each column with how it is prepared, in the order of the network's inputs, and its range in the training set."""
    stored = trained.prepare.to_dict()
    columns: list[dict[str, Any]] = []
    for place, name in enumerate(trained.prepare.numbers):
        numbers = [x for x in training.table.numbers(name) if not math.isnan(x)]
        prepared = {"mean": stored["scaler"]["mean"][place], "scale": stored["scaler"]["scale"][place]}
        columns.append(
            {"name": name, "low": min(numbers), "high": max(numbers), "whole": all(x == int(x) for x in numbers),
             "median": stored["medians"][place], "nothing": marks_for_nothing(trained.prepare.marks), **prepared}
        )  # fmt: skip
    for name, known in trained.prepare.categories.items():
        columns.append({"name": name, "known": [category_text(text) for text in known]})
    return columns


def marks_for_nothing(marks: Sequence[str]) -> dict[str, list[Any]]:
    """What stands for a missing cell among numbers: texts as they are, the usual ones in small letters, numbers.

    >>> marks_for_nothing(["-999", "broken"])["numbers"]
    [-999.0]
    """
    numbers = [number for mark in marks if (number := number_in(mark)) is not None]
    return {"marks": list(marks), "usual": sorted(MISSING_NUMBER), "numbers": numbers}


def rows_of(run: Run) -> list[dict[str, Any]]:
    """Test rows with their cells, their line, and the true answer: those that were answered worst first.

    A cell is a number (None where it is missing), or the place of a category among those known, −1 for none of them.
    """
    test, prepare = run.parts["test"], run.trained.prepare
    truths = [prepare.classes[target] for target in test.targets] if prepare.classes else list(test.targets)
    cells: list[list[Any]] = [
        [None if math.isnan(x) else x for x in test.table.numbers(name)] for name in prepare.numbers
    ]
    for name, known in prepare.categories.items():
        cells.append([known.index(text) if text in known else -1 for text in test.table.column(name).texts()])
    errors = [
        float(found != true) if prepare.classes else abs(found - true)
        for found, true in zip(run.test_answers, truths, strict=True)
    ]
    worst = sorted(range(len(truths)), key=lambda row: -errors[row])[:MOST_ROWS_TO_CHOOSE]
    return [
        {
            "line": test.table.lines[row],
            "cells": [column[row] for column in cells],
            "true": truths[row],
            "wrong": bool(prepare.classes) and errors[row] > 0.0,
        }
        for row in worst
    ]
