"""A dataflow as an ONNX model: a graph of operators over tensors of float64, its numbers as initialisers."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from autograd.export.dataflow import Dataflow, Tensor, Turns, each_after_operands, parts_that_count, results_by_scan
from autograd.export.naming import Names
from autograd.export.onnx_arithmetic import DOUBLE, IN_ONNX, OnnxNumber

#: The set of operators that is used, and the format's version: what onnxruntime 1.17 and later read.
OPSET, ML_OPSET, IR_VERSION = 18, 3, 8


def onnx_package() -> Any:
    """The package onnx.

    Raises:
        ModuleNotFoundError: with what to install.
    """
    try:
        return import_module("onnx")
    except ModuleNotFoundError as error:
        if error.name != "onnx":
            raise
        raise ModuleNotFoundError(
            "writing ONNX needs the package onnx, which is not installed: pip install 'chalkgrad[onnx]'", name="onnx"
        ) from error


class OnnxGraph:
    """Nodes and initialisers, as they are written.

    Attributes:
        row: the shape of a tensor begins with this name where it has rows.
    """

    row = "rows"

    def __init__(self, flow: Dataflow, names: Names | None = None) -> None:
        self.onnx = onnx_package()
        self.flow = flow
        self.names = names or Names()
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.numbers: dict[Any, str] = {}  # initialisers, by what they hold
        self.known: dict[int, str] = {}
        self.rows = ""
        self.results_of = results_by_scan(flow)

    # ── Nodes ───────────────────────────────────────────────────────────────────────────────────────────────

    def emit(self, operator: str, *operands: Any, outputs: Sequence[str] = (), **attributes: Any) -> str:
        """A node; the name of its (first) result."""
        names = [self.name_of(x) for x in operands]
        results = list(outputs) or [self.names.new(f"{operator.lower()}_{len(self.nodes)}")]
        self.nodes.append(self.onnx.helper.make_node(operator, names, results, results[0], **attributes))
        return results[0]

    def name_of(self, x: Any) -> str:
        """What an operand is called: a result's name; of numbers, an initialiser's."""
        if isinstance(x, OnnxNumber):
            return x.name
        return x if isinstance(x, str) else self.initializer(np.asarray(x, dtype=np.float64))

    def initializer(self, numbers: Any, name: str = "") -> str:
        """Numbers that are known, or texts; equal ones are one."""
        key = (numbers.dtype.str, numbers.shape, numbers.tobytes() if numbers.dtype != object else tuple(numbers))
        if key not in self.numbers:
            self.numbers[key] = self.names.new(name or f"c{len(self.initializers)}")
            self.initializers.append(
                self.onnx.numpy_helper.from_array(
                    np.ascontiguousarray(numbers).reshape(numbers.shape), self.numbers[key]
                )
            )
        return self.numbers[key]

    def whole(self, *numbers: int) -> str:
        """An initialiser of whole numbers, such as a shape."""
        return self.initializer(np.array(numbers, dtype=np.int64))

    # ── Arrays ──────────────────────────────────────────────────────────────────────────────────────────────

    def of(self, x: Tensor) -> str:
        """The name of an array that was written, or of a constant."""
        return self.initializer(x.detail) if x.kind == "constant" else self.known[id(x)]

    def write_all(self, wanted: Sequence[Tensor]) -> None:
        """The nodes of all arrays that these are made of."""
        for x in each_after_operands(wanted):
            if x.kind in ("constant", "result") or id(x) in self.known:
                continue
            if x.kind == "scan":
                self.scan(x, x.detail)
            else:
                self.known[id(x)] = self.array(x)

    def array(self, x: Tensor) -> str:
        """The nodes of an array; the name of the last one's result."""
        xs = [self.of(y) for y in x.operands]
        if x.kind == "reshape":
            return self.shaped(xs[0], x.shape, x.each)
        if x.kind == "repeat":
            shape = self.emit("Concat", self.rows, self.whole(*x.shape), axis=0) if x.shape else self.rows
            return self.emit("Expand", xs[0], shape)
        if x.kind == "pick":
            return self.pick(x)
        if x.kind == "product":
            return self.emit("MatMul", *xs)
        if x.kind == "total":
            return self.emit("ReduceSum", xs[0], self.whole(-1), keepdims=0)
        if x.kind == "largest":
            return self.emit("ReduceMax", xs[0], self.whole(-1), keepdims=0)
        if x.kind in ("add", "subtract") and adds_nothing(x.operands[0], x.operands[1], x.shape):
            return xs[0]  # onnxruntime takes it out in any case, and fails if the sum has several readers
        return IN_ONNX[x.kind](*(OnnxNumber(self.emit, name) for name in xs)).name

    def shaped(self, name: str, shape: Sequence[int], each: bool) -> str:
        return self.emit("Reshape", name, self.whole(*([-1] if each else []), *shape))

    def pick(self, x: Tensor) -> str:
        """Numbers from one array or several, all along the last axis, by slice or by places."""
        flat = [self.of(y) if len(y.shape) == 1 else self.shaped(self.of(y), [y.size], y.each) for y in x.operands]
        name = flat[0] if len(flat) == 1 else self.emit("Concat", *flat, axis=-1)
        places = x.detail.ravel()
        if (np.diff(places) == 1).all():
            if places.size != sum(y.size for y in x.operands):
                ends = (self.whole(places[0]), self.whole(places[-1] + 1), self.whole(-1))
                name = self.emit("Slice", name, *ends)
        else:
            name = self.emit("Gather", name, self.whole(*places), axis=-1)
        return name if len(x.shape) == 1 else self.shaped(name, x.shape, x.each)

    def scan(self, x: Tensor, turns: Turns) -> None:
        """A Scan over turns: a graph of its own, which reads what is computed outside by its name."""
        count, found = len(turns.carried), self.results_of.get(id(x), ())
        kept, shown = parts_that_count(turns, found)
        start = [self.of(x.operands[k]) for k in kept]
        moving = [self.of(y) for y in x.operands[count : count + len(turns.moving)]]
        moving = moving or [self.initializer(np.zeros(turns.count))]  # a Scan has to read something
        inside = [self.names.new("turn") for _ in (*start, *moving)]
        stand_for = (*(turns.carried[k] for k in kept), *turns.moving)
        self.known |= dict(zip(map(id, stand_for), inside, strict=False))
        outside, self.nodes = self.nodes, []
        wanted = [*(turns.left[k] for k in kept), *(turns.given[k] for k in shown)]
        self.write_all(wanted)
        results = [self.emit("Identity", self.of(y)) for y in wanted]
        infos = [
            [self.onnx.helper.make_tensor_value_info(name, DOUBLE, []) for name in names] for names in (inside, results)
        ]
        body = self.onnx.helper.make_graph(self.nodes, self.names.new("turns"), *infos)
        self.nodes = outside
        names = [self.names.new("scan") for _ in results]
        way = int(turns.last_first)
        ways = {"scan_input_directions": [way] * len(moving)}
        if shown:
            ways["scan_output_directions"] = [way] * len(shown)
        self.emit("Scan", *start, *moving, outputs=names, body=body, num_scan_inputs=len(moving), **ways)
        name_of = dict(zip([*kept, *(count + k for k in shown)], names, strict=True))
        self.known |= {id(y): name_of[y.detail] for y in found}

    # ── The model ───────────────────────────────────────────────────────────────────────────────────────────

    def value_info(self, name: str, x: Tensor) -> Any:
        """A tensor's name, type and shape."""
        shape = [*[self.row] * x.each, *x.shape]
        return self.onnx.helper.make_tensor_value_info(name, DOUBLE, shape)

    def named(self, x: str, name: str) -> str:
        """The same under a name that was promised."""
        return self.emit("Identity", x, outputs=[self.names.new(name)])

    def function(self) -> Any:
        """The model of a function."""
        inputs = []
        for x in self.flow.inputs:
            self.known[id(x)] = self.names.new(x.detail)
            inputs.append(self.value_info(self.known[id(x)], x))
            if x.each and not self.rows:
                self.rows = self.emit("Shape", self.known[id(x)], start=0, end=1)
        self.write_all(list(self.flow.outputs.values()))
        outputs = [self.value_info(self.named(self.of(x), name), x) for name, x in self.flow.outputs.items()]
        return self.model(inputs, outputs)

    def model(self, inputs: Sequence[Any], outputs: Sequence[Any]) -> Any:
        """All of it, checked."""
        helper = self.onnx.helper
        graph = helper.make_graph(self.nodes, self.flow.name, inputs, outputs, self.initializers, self.flow.about)
        model = helper.make_model(
            graph,
            producer_name="chalkgrad",
            ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)],
        )
        self.onnx.checker.check_model(model)
        return model


def adds_nothing(x: Tensor, y: Tensor, shape: tuple[int, ...]) -> bool:
    """Whether y is the number 0, which is added to or subtracted from x."""
    return x.shape == shape and y.kind == "constant" and y.size == 1 and bool(y.detail.item() == 0.0)


def onnx_model(flow: Dataflow) -> bytes:
    """A model with one graph, as a file holds it."""
    content: bytes = OnnxGraph(flow).function().SerializeToString()
    return content
