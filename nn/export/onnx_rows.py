"""A trained network as ONNX: a tensor for each column of the table goes in, labels and probabilities come out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.export.naming import Names
from autograd.export.onnx_arithmetic import DOUBLE
from autograd.export.onnx_graph import OnnxGraph
from nn.export.dates_as_days import SINCE, input_name
from nn.export.missing_marks import codes_of_texts
from nn.export.rows import FromRows

WRITTEN_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")  # as they are printed
WHOLE, TEXT, TRUTH = 7, 8, 9  # as ONNX numbers its types


def onnx_from_rows(rows: FromRows) -> bytes:
    """A model with an input for each column, by its name: float64 or texts, [rows, 1]; NaN is a missing number.

    Categories that are whole numbers are int64, True and False bool, both if none is missing, as DataFrames have them.
    ONNX parses no dates: the input of a column of them, "when (days)", is float64, the days since 1970.
    Its outputs are `label`, a text, and `probabilities` [rows, classes], or `prediction`.
    """
    days = [input_name(name) for name in rows.dates]
    numbers = [*rows.numbers, *days]
    columns = [*numbers, *rows.texts]
    graph = OnnxGraph(rows.flow, Names({*columns, "label", "probabilities", "prediction"}))
    info = graph.onnx.helper.make_tensor_value_info
    inputs = [info(name, DOUBLE, [graph.row, 1], SINCE if name in days else "") for name in numbers]
    inputs += [info(name, type_of(categories), [graph.row, 1]) for name, categories in rows.texts.items()]
    graph.rows = graph.emit("Shape", columns[0], start=0, end=1)
    given = iter(rows.flow.inputs)
    if numbers:
        graph.known[id(next(given))] = one_table(graph, numbers)
    if rows.texts:
        codes = [
            place_in_categories(graph, name, list(categories), rows.marks) for name, categories in rows.texts.items()
        ]
        graph.known[id(next(given))] = graph.emit("Cast", one_table(graph, codes), to=DOUBLE)
    graph.write_all(list(rows.flow.outputs.values()))
    found = {name: graph.of(x) for name, x in rows.flow.outputs.items()}
    outputs = []
    if rows.classes:
        outputs.append(label_of(graph, found["scores"], np.array(rows.classes, dtype=object)))
    for name, shape in (("probabilities", [graph.row, len(rows.classes)]), ("prediction", [graph.row])):
        if name in found:
            graph.emit("Identity", found[name], outputs=[name])
            outputs.append(info(name, DOUBLE, shape))
    model = graph.model(inputs, outputs)
    described = {
        "target": rows.target,
        "classes": rows.classes,
        "columns": columns,
        "dates": dict.fromkeys(days, SINCE),
    }
    graph.onnx.helper.set_model_props(model, {key: json.dumps(x, ensure_ascii=False) for key, x in described.items()})
    return as_bytes(model)


def as_bytes(model: Any) -> bytes:
    """A model as a file holds it."""
    content: bytes = model.SerializeToString()
    return content


def label_of(graph: OnnxGraph, scores: str, classes: Any) -> Any:
    """The output `label`: of each row the class whose score is the first largest, in the classes' own type."""
    types = {"f": (DOUBLE, np.float64), "b": (TRUTH, np.bool_), "i": (WHOLE, np.int64), "u": (WHOLE, np.int64)}
    kind, dtype = types.get(classes.dtype.kind, (TEXT, object))
    labels = classes.astype(str).astype(object) if kind == TEXT else classes.astype(dtype)
    place = graph.emit("ArgMax", scores, axis=-1, keepdims=0)
    graph.emit("Gather", graph.initializer(labels, "classes"), place, axis=0, outputs=["label"])
    return graph.onnx.helper.make_tensor_value_info("label", kind, [graph.row])


def one_table(graph: OnnxGraph, columns: Sequence[str]) -> str:
    """Columns as one table."""
    return graph.emit("Concat", *columns, axis=1) if len(columns) > 1 else columns[0]


def place_in_categories(graph: OnnxGraph, column: str, categories: list[Any], marks: Sequence[str] = ()) -> str:
    """The place of each text among the categories, or of each whole number or truth; −1 if it is none of them."""
    kind = type_of(categories)
    if kind == TEXT:
        codes = codes_of_texts(categories, marks) or {"": -1}
        keys: dict[str, Any] = {"keys_strings": list(codes)}
    else:
        codes = {text: place for place, text in enumerate(categories)}
        keys = {"keys_int64s": [int(text == "True") if kind == TRUTH else int(text) for text in codes]}
    given = graph.emit("Cast", column, to=WHOLE) if kind == TRUTH else column
    places = list(codes.values())
    return graph.emit("LabelEncoder", given, domain="ai.onnx.ml", **keys, values_int64s=places, default_int64=-1)


def type_of(categories: Sequence[str | None]) -> int:
    """The type of a column, by what its categories are: whole numbers, True and False, or texts.

    >>> [type_of(known) == kind for known, kind in ((["0", "12"], WHOLE), (["False"], TRUTH), (["07"], TEXT))]
    [True, True, True]
    """
    if {*categories} <= {"True", "False"}:
        return TRUTH
    return WHOLE if all(text is not None and WRITTEN_WHOLE.fullmatch(text) for text in categories) else TEXT
