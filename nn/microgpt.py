"""A Value for programs that build their own nodes, as those after microgpt and after micrograd's lecture do.

    Value(y, (a, b), (∂y/∂a, ∂y/∂b))          the number, the operands, and the local derivatives as numbers
    Value(y, (a, b), "f")                     the same without these; they are found out by what
    out._backward = closure                   the closure adds to the operands' gradients

Their import lines are all that changes: `from nn.microgpt import Value`. Values have attributes of one's own, such as
Adam's `p.m` and `p.v`, and `_children`, `_local_grads`, `_prev`, `_op` and `_backward` for who walks the graph himself.

>>> def cube(x):
...     return Value(x.data**3, (x,), (3 * x.data**2,))
>>> x = Value(2.0)
>>> y = cube(x) + x
>>> y.backward()
>>> y.data, x.grad, [child.data for child in y._children]
(10.0, 13.0, [8.0, 2.0])

Such a Value is one of `autograd`: it is drawn, derived and stepped through, and what is made by operators and methods
is compiled by `jit`. Of a node that is built, only its number and its slopes are known: it is taken for the straight
line with these, unless it has the name of an operation of the table and its numbers. It has no second derivative, and
in a compiled function it is refused, because its numbers would be those of the first call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from types import MappingProxyType
from typing import Any
from weakref import WeakSet

import autograd
from autograd import ops
from autograd.arithmetic import Floats
from autograd.eager import NAMESPACE, Method, source, written_in
from autograd.graph import topological_order
from autograd.operation import REALS, Family, Operation, call_notation
from autograd.recording import recording_here
from autograd.value import Values, apply_strictly, operand, plain_gradient, real

__all__ = ["Value"]

#: What to do where a node that is built says too little.
OPERATORS_INSTEAD = (
    "operators and methods of Values (v.tanh(), v.exp(), …), or `autograd.apply` with an Operation of your own"
)
NEARLY = 1e-9  # relative: how well numbers agree that are the same but for rounding


class OwnMethod(Method):
    """A method that is written from the table as those of `autograd.Value` are, but makes Values of this module."""

    def __get__(self, instance: Any, owner: type) -> Callable[..., Any]:
        assert self.entry is not None
        own = {
            "Value": Value,
            "operand": operand_of_ours,
            "apply_strictly": lambda *given: as_ours(apply_strictly(*given)),
        }
        made_by = self.entry.member if isinstance(self.entry, Family) else self.entry
        namespace = {**NAMESPACE, **own, f"{self.entry.name}_operation": made_by}
        written_in.append(namespace)
        written: dict[str, Any] = {}
        exec(compile(source(self.entry), f"<autograd {self.entry.name}>", "exec"), namespace, written)
        for name in self.names:
            setattr(self.owner, name, written[self.entry.name])
        bound: Callable[..., Any] = getattr(owner if instance is None else instance, self.names[0])
        return bound


class Value(autograd.Value):
    """A number that remembers how it was made, or is told.

    Args:
        data: the number.
        children: what it was made of, Values, if it was.
        local_grads: ∂self/∂child for each of them, numbers; or a text, the mark of the operation, if `_backward` is
            assigned later.
        label: a name.
        _children, _op: the same under micrograd's names.

    Raises:
        TypeError, ValueError: if a child is no Value, or a derivative no number, or there is not one for each.
    """

    def __init__(
        self,
        data: Any,
        children: Iterable[autograd.Value] = (),
        local_grads: Sequence[float] | str = (),
        label: str = "",
        *,
        _children: Iterable[autograd.Value] = (),
        _op: str = "",
    ) -> None:
        operands = (*children, *_children) if _children else tuple(children)
        if not operands and type(data) is autograd.Value:  # as functions of autograd give them
            super().__init__(data._data, label)
            self._operation, self._a, self._da = ops.IDENTITY, data, 1.0
            return
        super().__init__(data, label)
        if not operands:
            return
        if (recording := recording_here.get()) is not None:
            recording.refuse("a node was built of its number", OPERATORS_INSTEAD)
        if not VALUES_OF_EITHER_KIND.issuperset(map(type, operands)):
            for child in operands:
                if not isinstance(child, autograd.Value):
                    raise TypeError(f"the operands of a node are Values, but one is {child!r}")
        if mark := local_grads if isinstance(local_grads, str) else _op:
            self.mark = mark
        if isinstance(local_grads, str) or (_op and not len(local_grads)):
            self.know(operands, [0.0] * len(operands))
            untold.add(self)
        else:
            self.know(operands, local_grads)

    # ── How it was made ─────────────────────────────────────────────────────────────────────────────────────

    def know(self, operands: tuple[autograd.Value, ...], local_grads: Sequence[float]) -> None:
        """Take the operands and the local derivatives, and with them an operation.

        Raises:
            ValueError: if there is not one for each operand.
        """
        slopes = tuple(local_grads)
        if not {float}.issuperset(map(type, slopes)):
            slopes = tuple(map(real, slopes))
        if len(slopes) != len(operands):
            raise ValueError(f"a node of {len(operands)} operands has as many local derivatives, but not {len(slopes)}")
        mark = vars(self).get("mark", "")
        found = known_operation(mark, self._data, operands, slopes) if mark else None
        if found is None:
            self._operation = StraightLine(mark or "f", self._data, [x._data for x in operands], slopes)
        else:  # with all its digits
            self._operation, self._data, slopes = found
        self._a = self._b = self._da = self._db = None
        if len(operands) == 1:
            (self._a,), (self._da,) = operands, slopes
        elif len(operands) == 2:
            (self._a, self._b), (self._da, self._db) = operands, slopes
        else:
            self._many = operands, slopes

    @property
    def _children(self) -> tuple[autograd.Value, ...]:
        """microgpt's name for the operands."""
        return self.parents

    @property
    def _op(self) -> str:
        """micrograd's name for the mark of the operation, as it was given."""
        return vars(self).get("mark") or super()._op

    @property
    def _backward(self) -> Callable[[], None]:
        """Adds what this node's gradient says to those of its operands, for who walks the graph himself."""

        def add_to_operands() -> None:
            for child, slope in zip(self.parents, self._local_grads, strict=True):
                child.grad += slope * self.grad

        return add_to_operands

    @_backward.setter
    def _backward(self, closure: Callable[[], None]) -> None:
        """Find out the local derivatives: what the closure adds to gradients of 0 where that of this node is 1.

        Raises:
            ValueError: if where it is 2 it does not add twice as much.
        """
        if not self.parents:
            return
        operands = list(dict.fromkeys(self.parents))
        before, own = [operand.grad for operand in operands], self.grad
        added: list[list[float]] = []
        try:
            for seed in (1.0, 2.0):
                for operand in operands:
                    operand.grad = 0.0
                self.grad = seed
                closure()
                added.append([real(operand.grad) for operand in operands])
        finally:
            self.grad = own
            for operand, gradient in zip(operands, before, strict=True):
                operand.grad = gradient
        if not all(agree(2.0 * once, twice) for once, twice in zip(*added, strict=True)):
            raise ValueError(
                f"_backward of {self!r} is not the chain rule: with twice the gradient it does not add twice as much"
                " to those of the operands"
            )
        slopes = dict(zip(map(id, operands), added[0], strict=True))
        self.know(self.parents, [slopes.pop(id(operand), 0.0) for operand in self.parents])
        untold.discard(self)

    def backward(self, gradient: Any = 1.0, *, create_graph: bool = False) -> None:
        """As that of `autograd.Value`.

        Raises:
            RuntimeError: if a node was built without local derivatives, and no `_backward` was assigned to it.
        """
        if untold and (unknown := [node for node in topological_order(self) if node in untold]):
            raise RuntimeError(
                f"{unknown[0]!r} was built of operands without a way back: give its local derivatives as the third"
                " argument, or assign its _backward"
            )
        super().backward(gradient, create_graph=create_graph)

    # ── Operations ──────────────────────────────────────────────────────────────────────────────────────────

    __add__, __sub__, __mul__ = OwnMethod(ops.ADD), OwnMethod(ops.SUBTRACT), OwnMethod(ops.MULTIPLY)
    __truediv__, __neg__, __abs__ = OwnMethod(ops.DIVIDE), OwnMethod(ops.NEGATIVE), OwnMethod(ops.ABS)
    _power = OwnMethod(ops.POWER)

    add = subtract = multiply = divide = negative = pow = OwnMethod()
    exp = expm1 = log = log1p = sqrt = sin = cos = tan = asin = acos = atan = sinh = cosh = tanh = erf = OwnMethod()
    sigmoid = softplus = relu = leaky_relu = elu = gelu = silu = OwnMethod()
    abs = step = maximum = minimum = atan2 = hypot = OwnMethod()

    def __pow__(self, exponent: Any) -> Any:
        return as_ours(super().__pow__(exponent))

    def __radd__(self, other: Any) -> Any:
        return from_the_left(other, self, Value.__add__)

    def __rsub__(self, other: Any) -> Any:
        return from_the_left(other, self, Value.__sub__)

    def __rmul__(self, other: Any) -> Any:
        return from_the_left(other, self, Value.__mul__)

    def __rtruediv__(self, other: Any) -> Any:
        return from_the_left(other, self, Value.__truediv__)

    def __rpow__(self, other: Any) -> Any:
        return from_the_left(other, self, Value.pow)

    def detach(self) -> autograd.Value:
        """The number alone, as a new leaf."""
        leaf: autograd.Value = as_ours(super().detach())
        return leaf

    # ── Copies ──────────────────────────────────────────────────────────────────────────────────────────────

    def __deepcopy__(self, memo: dict[int, Any]) -> autograd.Value:
        """Of a leaf with all that it was given; of a node with the graph below it, of plain Values."""
        if self.op is not None:
            return super().__deepcopy__(memo)
        return again(*self.__reduce__()[1])

    def __reduce__(self) -> tuple[Any, ...]:
        if self.op is not None:
            return super().__reduce__()
        return again, (self._data, plain_gradient(self.grad), self.label, dict(vars(self)))


def again(data: float, grad: float, label: str, own: dict[str, Any]) -> Value:
    """A leaf with these attributes."""
    leaf = Value(data, label=label)
    leaf.grad = grad
    vars(leaf).update(own)
    return leaf


#: Nodes that were built without local derivatives, until `_backward` tells them.
untold: WeakSet[Value] = WeakSet()


def operand_of_ours(thing: Any) -> Any:
    """A Value as it is, a number as a new leaf, NotImplemented for what may know better."""
    return as_ours(operand(thing)) if not isinstance(thing, autograd.Value) else thing


def from_the_left(other: Any, value: Value, operator: Callable[[Any, Any], Any]) -> Any:
    """other ∘ value."""
    left = operand_of_ours(other)
    return NotImplemented if left is NotImplemented else operator(left, value)


def as_ours(thing: Any) -> Any:
    """A Value that autograd has made just now as one of this module; others as they are."""
    if type(thing) is not autograd.Value:
        return thing
    ours: Value = object.__new__(Value)
    for slot in ("_data", "grad", "label", "_operation", "_a", "_b", "_da", "_db"):
        setattr(ours, slot, getattr(thing, slot))
    if hasattr(thing, "_many"):
        ours._many = thing._many
    return ours


# ── Operations of nodes that are built ──────────────────────────────────────────────────────────────────────────


def known_operation(
    mark: str, y: float, operands: Sequence[autograd.Value], slopes: Sequence[float]
) -> tuple[Operation, float, tuple[float, ...]] | None:
    """The operation of the table of that name, its number and its slopes, if they agree with these; None if not."""
    op = OPERATIONS_BY_MARK.get(mark.lower())
    if op is None or op.arity != len(operands):
        return None
    xs = [operand._data for operand in operands]
    value = op.value(Floats, *xs)
    partials = tuple(op.partials(Floats, value, *xs))

    def of_each(found: Sequence[float]) -> list[float]:  # an operand may stand twice
        return [math.fsum(s for s, other in zip(found, operands, strict=True) if other is x) for x in operands]

    alike = agree(value, y) and all(map(agree, of_each(partials), of_each(slopes)))
    return (op, value, partials) if alike else None


class StraightLine(Operation):
    """y + Σᵢ slopeᵢ·(operandᵢ − xᵢ): all that is known of a node beside its number.

    Args:
        name: its mark.
        y, xs, slopes: its number, those of its operands, and its local derivatives.

    As there is one for each node, it is made in as little time as possible: what is the same for all is the class's.
    """

    __slots__ = ("at", "slopes")

    doc, remedy, precedence, accuracy = "", "", 5, (2.0, 4.0)
    kinks: tuple[float, ...] = ()
    family = None
    parameters = MappingProxyType({})  # type: ignore[var-annotated, assignment]  # nobody writes to it

    def __init__(self, name: str, y: float, xs: list[float], slopes: tuple[float, ...]) -> None:
        self.name = self.symbol = name
        self.arity = len(xs)
        self.at = y, xs
        self.slopes = slopes

    def __reduce__(self) -> tuple[Any, ...]:
        return StraightLine, (self.name, *self.at, self.slopes)

    def value(self, m: Any, *operands: Any) -> Any:
        """On the line."""
        result, xs = self.at
        for slope, child, x in zip(self.slopes, operands, xs, strict=True):
            if slope:
                result = result + slope * (child - x)
        return result

    def partials(self, m: Any, y: Any, *operands: Any) -> tuple[float, ...]:
        """The slopes.

        Raises:
            TypeError: if they are to be differentiated again.
        """
        if m is Values:
            raise TypeError(
                f"a node {self.name!r} was built of its number and its local derivatives, which have none again: use"
                f" {OPERATORS_INSTEAD}"
            )
        return self.slopes

    blackboard = partials

    @property  # in place of the slots, which nobody sets
    def domain(self) -> tuple[tuple[float, float], ...]:  # type: ignore[override]
        """All numbers."""
        return (REALS,) * len(self.slopes)

    @property
    def text(self) -> Callable[..., str]:  # type: ignore[override]
        """A call."""
        return call_notation(self.name)

    @property
    def latex(self) -> Callable[..., str]:  # type: ignore[override]
        """A call."""
        return call_notation(rf"\operatorname{{{self.name}}}")


def agree(a: float, b: float) -> bool:
    """Whether two numbers are the same but for rounding."""
    return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= NEARLY * (1.0 + abs(a) + abs(b))


VALUES_OF_EITHER_KIND = {Value, autograd.Value}

#: Operations by their names and by the marks of micrograd's drawings.
OPERATIONS_BY_MARK = {word.lower(): op for op in ops.OPERATIONS.values() for word in (op.symbol, op.name)}
