"""Value: a number that remembers how it was made, and can therefore say how it depends on what it was made from.

    y = f(a, b)        is recorded with a, b and the local derivatives ∂y/∂a, ∂y/∂b
    y.backward()       walks back from y and applies the chain rule: ∂L/∂a = Σ ∂L/∂y · ∂y/∂a

The arithmetic itself is nowhere in this file: it is in the table, `ops.py`, and `eager.py` writes the operators
and methods below from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import isfinite
from numbers import Number, Real
from typing import Any

from autograd import ops
from autograd.arithmetic import Floats
from autograd.asked_by_numpy import answer_numpy
from autograd.conditions import AT_LEAST, EQUAL, UNEQUAL
from autograd.eager import NAMESPACE, Method
from autograd.graph import topological_order
from autograd.messages import domain_message, refusal
from autograd.operation import Operation
from autograd.recording import (
    CHOOSE,
    CHOOSE_BY_DATA,
    KEEP_VALUE,
    OUR_FUNCTIONS,
    ask,
    recording_here,
    recording_of,
    watchers,
)

#: Gradients to which nothing has been added yet.
NO_GRADIENT = (0.0, None)


class DomainError(ValueError, ArithmeticError):
    """An operation was given finite numbers for which it has no finite real answer."""


class Value:
    """A number in a graph of numbers.

    Args:
        data: any real number (int, float, Fraction, NumPy scalar); it is kept as a float.
        label: a name for messages, derivations and drawings.

    Attributes:
        data: the number. That of a leaf may be set (`p.data -= 0.1 * p.grad`); that of a computed Value may not.
        grad: ∂root/∂self after `root.backward()`; 0.0 before. A leaf's adds up over calls until `zero_grad`.
        op: the operation that made it, an entry of the table; None for a leaf.
        parents: the operands, in order. `a - a` has two.
        local_grads: ∂self/∂parent for each parent, at the numbers of the forward pass.
        label: as given, or set later.

    Raises:
        TypeError: if `data` is not a real number. True and False are refused, too: they are answers, not numbers.

    >>> x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.8813735870195432, label="b")
    >>> o = (x * w + b).tanh()
    >>> o.backward()
    >>> round(o.data, 9), round(w.grad, 9)
    (0.707106781, 1.0)

    `<`, `<=`, `>`, `>=` compare the data, and so does `==` with a number; two Values are equal if they are the same.
    A Value is neither true nor false.
    """

    # One or two operands and their local derivatives have slots of their own, which takes half the memory of two
    # tuples; an operation of more operands keeps the tuples (operands, local derivatives) in _many, with _a None.
    __slots__ = ("__weakref__", "_a", "_b", "_da", "_data", "_db", "_many", "_operation", "grad", "label")

    _data: float
    grad: Any  # a float; a Value after backward(create_graph=True)
    label: str
    _operation: Operation | None
    _a: Value | None
    _b: Value | None
    _da: float | None
    _db: float | None
    _many: tuple[tuple[Value, ...], Sequence[float]]

    __array_ufunc__ = answer_numpy  # NumPy leaves mixed expressions to us, instead of making arrays of objects

    def __init__(self, data: Any, label: str = "") -> None:
        if not isinstance(label, str):
            raise TypeError(f"a label is a string, not {label!r} of type {type(label).__name__}")
        self.grad = 0.0
        self._operation = self._a = self._b = self._da = self._db = None
        self.label = label
        recording = recording_here.get() if watchers else None
        if recording is not None and isinstance(data, Value) and recording.is_argument(data):
            # Where f is given a plain number, Value(x) is a leaf of its own; while it is recorded, x once more.
            self._data, self._operation, self._a, self._da = data._data, ops.IDENTITY, data, 1.0
            return
        self._data = data if type(data) is float else real(data)
        if recording is not None:
            recording.constants[id(self)] = self

    @property
    def data(self) -> float:
        """The number."""
        if watchers:
            ask(self, ".data")
        return self._data

    @data.setter
    def data(self, number: float) -> None:
        if self._operation is not None:
            raise AttributeError(
                f"the data of {self!r} was computed by {self._operation.name} and cannot be set: the gradients belong"
                " to the numbers it was computed from.\nSet the data of a leaf and compute again, or start from"
                " detach(value), a leaf of its own."
            )
        if watchers and (recording := recording_of(self)):
            recording.refuse("the number of a leaf was set", "set it before or after the call, which reads it anew")
        self._data = number if type(number) is float else real(number)

    @property
    def op(self) -> Operation | None:
        """The operation that made it; None for a leaf."""
        return self._operation

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands, in order; none for a leaf."""
        if self._b is not None:
            return (self._a, self._b)  # type: ignore[return-value]  # two operands or none
        if self._a is not None:
            return (self._a,)
        return () if self.op is None else self._many[0]

    @property
    def local_grads(self) -> tuple[float, ...]:
        """∂self/∂parent for each of `parents`."""
        if watchers:
            ask(self, "a derivative of it", keeps_number=True)
        return self._local_grads

    @property
    def _local_grads(self) -> tuple[float, ...]:
        if self._b is not None:
            return (self._da, self._db)  # type: ignore[return-value]
        if self._a is not None:
            return (self._da,)  # type: ignore[return-value]
        return () if self.op is None else tuple(self._many[1])

    @property
    def _prev(self) -> set[Value]:
        """micrograd's name for the parents, as a set."""
        return set(self.parents)

    @property
    def _op(self) -> str:
        """micrograd's name for the mark of the operation: '+', '*', '**2', 'ReLU', and '' for a leaf."""
        return "" if self.op is None else self.op.symbol

    # ── Operations, written from the table ──────────────────────────────────────────────────────────────────

    __add__, __sub__, __mul__ = Method(ops.ADD), Method(ops.SUBTRACT), Method(ops.MULTIPLY)
    __truediv__, __neg__, __abs__ = Method(ops.DIVIDE), Method(ops.NEGATIVE), Method(ops.ABS)
    _power = Method(ops.POWER)

    add = subtract = multiply = divide = negative = pow = Method()
    exp = expm1 = log = log1p = sqrt = sin = cos = tan = asin = acos = atan = sinh = cosh = tanh = erf = Method()
    sigmoid = softplus = relu = leaky_relu = elu = gelu = silu = Method()
    abs = step = maximum = minimum = atan2 = hypot = Method()

    def __pow__(self, exponent: Any) -> Value:
        """self ** exponent: a number is a fixed exponent, a Value a variable one, which needs a positive base."""
        if isinstance(exponent, Value):
            variable: Value = self.pow(exponent)
            return variable
        number = as_number(exponent)
        if number is None:
            operand(exponent)  # which explains what is certainly a mistake
            return NotImplemented
        # The written method has c·x^(c−1) for any c; x**0 is constant, even where x^(−1) is not finite.
        fixed: Value = self._power(number) if number else apply_by_ieee(ops.POWER(0.0), self)
        return fixed

    def __radd__(self, other: Any) -> Value:
        return reflected(other, Value.__add__, self)

    def __rsub__(self, other: Any) -> Value:
        return reflected(other, Value.__sub__, self)

    def __rmul__(self, other: Any) -> Value:
        return reflected(other, Value.__mul__, self)

    def __rtruediv__(self, other: Any) -> Value:
        return reflected(other, Value.__truediv__, self)

    def __rpow__(self, other: Any) -> Value:
        return reflected(other, Value.pow, self)

    def __pos__(self) -> Value:
        return self

    def detach(self) -> Value:
        """The number alone, as a new leaf: no gradient flows back through it."""
        if watchers and recording_here.get():
            return apply_by_ieee(ops.DETACH, self)  # which follows its operand
        return Value(self._data, self.label)

    # ── As a number ─────────────────────────────────────────────────────────────────────────────────────────

    def __float__(self) -> float:
        if watchers:
            ask(self, "by float(v) or a function of math or NumPy", f"{OUR_FUNCTIONS}; {KEEP_VALUE}", keeps_number=True)
        return self._data

    def __index__(self) -> int:
        if watchers and (recording := recording_of(self)):
            recording.refuse("a traced Value was used as an index or a count", CHOOSE_BY_DATA)
        raise TypeError(f"a {type(self).__name__} is no whole number, so no index and no count")

    def __round__(self, digits: int | None = None) -> float:
        if watchers:
            ask(self, "by round", keeps_number=True)
        return round(self._data, digits)

    def __bool__(self) -> bool:
        if watchers and (recording := recording_of(self)) and not recording.is_constant(self):
            recording.refuse("a traced Value was used as True or False (if, while, and, or, not, max, min)", CHOOSE)
        raise TypeError(
            f"{self!r} is neither True nor False.\nTo ask whether there is a Value, write `v is not None`; whether its"
            " number is 0, `v.data != 0` or, for a choice with a gradient, where(v, a, b)."
        )

    def __eq__(self, other: Any) -> Any:
        if isinstance(other, Value):
            return same_value(EQUAL, self, other, self is other)
        number = as_number(other)
        if number is None and (hasattr(other, "__array__") or isinstance(other, Number)):
            return float(self) == other  # element by element; True, a Decimal or a complex number as such
        if watchers and number is not None:
            return condition(EQUAL, self, other, self._data == number)
        return NotImplemented if number is None else self._data == number

    def __ne__(self, other: Any) -> Any:
        if isinstance(other, Value):
            return same_value(UNEQUAL, self, other, self is not other)
        number = as_number(other)
        if number is None and (hasattr(other, "__array__") or isinstance(other, Number)):
            return float(self) != other
        if watchers and number is not None:
            return condition(UNEQUAL, self, other, self._data != number)
        return NotImplemented if number is None else self._data != number

    def __hash__(self) -> int:
        if watchers and (recording := recording_of(self)) and recording.is_argument(self):
            recording.refuse(
                "a traced Value was put into a set or made a key", "a list, where equal numbers stay apart"
            )
        return object.__hash__(self)

    def __lt__(self, other: Any) -> Any:
        number = as_number(other)
        if watchers and number is not None:
            return condition(ops.GREATER, other, self, self._data < number)
        return NotImplemented if number is None else self._data < number

    def __le__(self, other: Any) -> Any:
        number = as_number(other)
        if watchers and number is not None:
            return condition(AT_LEAST, other, self, self._data <= number)
        return NotImplemented if number is None else self._data <= number

    def __gt__(self, other: Any) -> Any:
        number = as_number(other)
        if watchers and number is not None:
            return condition(ops.GREATER, self, other, self._data > number)
        return NotImplemented if number is None else self._data > number

    def __ge__(self, other: Any) -> Any:
        number = as_number(other)
        if watchers and number is not None:
            return condition(AT_LEAST, self, other, self._data >= number)
        return NotImplemented if number is None else self._data >= number

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        if watchers and (recording := recording_of(self)) and not recording.is_constant(self):
            return f"Value(traced{label})"
        return f"Value({self._data!r}, grad={as_number(self.grad)!r}{label})"

    def __format__(self, specification: str) -> str:
        if watchers and specification:
            ask(self, "by formatting it", "f'{v}' without a format, which gives its name")
        return format(self._data, specification) if specification else repr(self)

    # ── The backward pass ───────────────────────────────────────────────────────────────────────────────────

    def backward(self, gradient: Any = 1.0, *, create_graph: bool = False) -> None:
        """Put ∂self/∂v into `v.grad` of every Value v that self was computed from.

        Leaves add it to what they hold (call `zero_grad` first for a fresh start); computed Values get the
        gradient of this pass alone.

        Args:
            gradient: ∂L/∂self of whatever comes after self; 1 if self is the L.
            create_graph: record the gradients as Values, to be differentiated again. A leaf and its gradient then
                refer to each other until `zero_grad`.

        Raises:
            RuntimeError: with create_graph, if a leaf's data was changed since the forward pass.

        >>> x = Value(3.0)
        >>> (x * x * x).backward(create_graph=True)
        >>> slope = x.grad
        >>> x.grad = 0.0; slope.backward()
        >>> slope.data, x.grad
        (27.0, 18.0)

        Every local derivative was computed in the forward pass; what is left is to visit the Values in an order
        in which each comes before its operands (Griewank & Walther 2008, section 3.2).
        """
        if watchers and not create_graph:
            ask(self, "by backward(), whose gradients are plain numbers", keeps_number=True)
        if watchers and (recording := recording_of(self)):
            recording.refuse("backward() was called", "backward() on the result of the compiled function, or grad")
        if create_graph:
            found = adjoints(self, operand_or_error(gradient))
            for node in topological_order(self):
                adjoint = found[id(node)]
                node.grad = adjoint if node._operation is not None else accumulated(node.grad, adjoint)
            return
        seed = real(gradient._data if isinstance(gradient, Value) else gradient)

        # A Value has been met in this pass if its grad is this pass's own zero, which no other pass shares.
        zero = float("0.0")
        order: list[Any] = []  # the computed Values, operands first
        held: list[tuple[Value, Any]] = []  # leaves and the gradients they had
        try:
            self._arrange(zero, order, held)
            self.grad = seed
            order.reverse()
            for node in order:
                adjoint = node.grad
                b = node._b
                if b is not None:
                    node._a.grad += adjoint * node._da
                    b.grad += adjoint * node._db
                elif node._a is not None:
                    node._a.grad += adjoint * node._da
                else:
                    parents, local_grads = node._many
                    for parent, local_grad in zip(parents, local_grads):  # noqa: B905 (as long, and in a hot loop)
                        parent.grad += adjoint * local_grad
            totals = [before + leaf.grad for leaf, before in held]
        except BaseException:
            for node in order:
                for parent in node.parents:
                    if parent._operation is None:
                        parent.grad = 0.0
            for leaf, before in held:
                leaf.grad = before
            raise
        for (leaf, _), total in zip(held, totals, strict=True):
            leaf.grad = total

    def _arrange(self, zero: float, order: list[Any], held: list[tuple[Value, Any]]) -> None:
        """Fill `order` with the computed Values below self, operands first, and set every grad to `zero`.

        `graph.topological_order` for the slots of a Value, about four times as fast: go down along the first
        operands, come back up, and turn into a second operand that has not been met.
        """
        stack: list[Value] = []
        unfinished: list[Iterator[Value]] = []  # the operands still to visit, of each operation of many on the stack
        push, pop, place = stack.append, stack.pop, order.append
        node: Any = self
        while True:
            while node.grad is not zero:
                first = node._a
                if first is not None:
                    node.grad = zero
                    push(node)
                    node = first
                    continue
                if node._operation is None:
                    if node.grad not in NO_GRADIENT:
                        held.append((node, node.grad))
                else:
                    computed = []
                    for operand in [x for x in node._many[0] if x.grad is not zero]:  # few, where leaves are shared
                        if operand._operation is not None:
                            computed.append(operand)
                        else:
                            if operand.grad not in NO_GRADIENT:
                                held.append((operand, operand.grad))
                            operand.grad = zero
                    unfinished.append(iter(computed))
                    push(node)
                node.grad = zero
                break
            while stack:
                node = stack[-1]
                second = node._b
                if second is not None:
                    if second.grad is not zero:
                        node = second
                        break
                elif node._a is None:
                    node = next((x for x in unfinished[-1] if x.grad is not zero), None)
                    if node is not None:
                        break
                    unfinished.pop()
                place(pop())
            else:
                return

    def zero_grad(self) -> None:
        """Set the gradient of every leaf below self (and of self, if it is one) to 0."""
        if watchers and (recording := recording_of(self)):
            recording.refuse("gradients were set", "zero_grad() before or after the call of the compiled function")
        for node in topological_order(self):
            if node.op is None:
                node.grad = 0.0

    # ── Copies ──────────────────────────────────────────────────────────────────────────────────────────────

    def __copy__(self) -> Value:
        """A second Value of the same operands."""
        if watchers:
            ask(self, "by copying it", keeps_number=True)
        return value_of_parts(self._data, self.grad, self.label, self.op, self.parents, self._local_grads)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        if watchers:
            ask(self, "by copying it", keeps_number=True)
        for node in topological_order(self):
            if id(node) not in memo:
                parents = tuple(memo[id(parent)] for parent in node.parents)
                memo[id(node)] = value_of_parts(
                    node._data, plain_gradient(node.grad), node.label, node.op, parents, node._local_grads
                )
        copied: Value = memo[id(self)]
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle: the graph as a flat list, so that its depth is no limit.

        Leaves are Values of their own in the pickle, shared by all that is pickled together; the computed Values
        below two roots are stored with each. A gradient that is itself a Value is stored as its number.
        """
        if watchers:
            ask(self, "by pickling it", keeps_number=True)
        if self.op is None:
            return value_of_parts, (self._data, plain_gradient(self.grad), self.label, None, (), ())
        order = topological_order(self)
        place = {id(node): index for index, node in enumerate(order)}
        rows = [
            node
            if node.op is None
            else (
                node._data,
                plain_gradient(node.grad),
                node.label,
                node.op,
                tuple(place[id(parent)] for parent in node.parents),
                node._local_grads,
            )
            for node in order
        ]
        return graph_of_rows, (rows,)


# ── Recording ───────────────────────────────────────────────────────────────────────────────────────────────────


def value_of_parts(
    data: float,
    grad: Any,
    label: str,
    op: Operation | None,
    parents: tuple[Value, ...],
    local_grads: Sequence[float],
) -> Value:
    """A Value with exactly these attributes."""
    if op is None:
        node = Value(data, label)
    else:
        node = NAMESPACE["new"](Value)  # noted where what is made is noted
        node._data = real(data)
        node.label = label
        node._a = node._b = node._da = node._db = None
    node.grad = grad
    node._operation = op
    if len(parents) == 1:
        (node._a,), (node._da,) = parents, local_grads
    elif len(parents) == 2:
        (node._a, node._b), (node._da, node._db) = parents, local_grads
    elif op is not None:
        node._many = parents, tuple(local_grads)
    return node


def graph_of_rows(rows: list[Any]) -> Value:
    """The last of the Values that `Value.__reduce__` wrote down."""
    nodes: list[Value] = []
    for row in rows:
        if isinstance(row, Value):
            nodes.append(row)
        else:
            data, grad, label, op, places, local_grads = row
            parents = tuple(nodes[place] for place in places)
            nodes.append(value_of_parts(data, grad, label, op, parents, local_grads))
    return nodes[-1]


def apply_by_ieee(op: Operation, *parents: Value) -> Value:
    """The Value of `op` at its parents by IEEE 754's rules: never an error, but inf and NaN where they belong."""
    xs = [parent._data for parent in parents]
    y = op.value(Floats, *xs)
    return value_of_parts(y, 0.0, "", op, parents, op.partials(Floats, y, *xs))


def apply_strictly(op: Operation, *parents: Value) -> Value:
    """The same, but finite operands must give a finite result.

    Raises:
        DomainError: naming the operation, its operands and what to do.
    """
    node = apply_by_ieee(op, *parents)
    if not isfinite(node._data) and all(isfinite(parent._data) for parent in parents):
        raise DomainError(domain_message(op, parents))
    return node


def apply(op: Operation, *operands: Any) -> Value:
    """Apply an operation of the table, or one of your own, to Values and numbers.

    >>> from autograd.operation import Operation
    >>> cube = Operation("cube", lambda m, x: x * x * x, lambda m, y, x: (3.0 * x * x,))
    >>> x = Value(2.0)
    >>> apply(cube, x).backward()
    >>> x.grad
    12.0

    Raises:
        TypeError: if an operand is not a number or their count is not the operation's.
        DomainError: if finite operands give no finite result.
    """
    if op.arity is not None and len(operands) != op.arity:
        raise TypeError(f"{op.name} takes {op.arity} operand{'s' * (op.arity > 1)}, but was given {len(operands)}")
    return apply_strictly(op, *map(operand_or_error, operands))


# ── Operands ────────────────────────────────────────────────────────────────────────────────────────────────────


#: What is asked here so often that it must not take long, also while a function is watched: the profiling hook that
#: watches it is told of every call of a function, but not of a partial.
blank, identity, recording_now = partial(object.__new__), partial(id), partial(recording_here.get)


def real(number: Any) -> float:
    """A real number as a float.

    Raises:
        TypeError: for anything else, saying what is accepted.
    """
    converted = as_number(number)
    if converted is None or isinstance(number, Value):
        raise TypeError(f"{refusal(number)}.\nA Value holds one real number: an int, a float or a NumPy scalar.")
    return converted


def as_number(thing: Any) -> float | None:
    """The float of a real number or of a Value, and None for what is neither."""
    if isinstance(thing, float | int) and not isinstance(thing, bool):
        return float(thing)
    if isinstance(thing, Value):
        return thing._data
    if isinstance(thing, bool) or getattr(getattr(thing, "dtype", None), "kind", "") == "m":  # a span of time, to NumPy
        return None
    return float(thing) if isinstance(thing, Real) else None


def plain_gradient(grad: Any) -> Any:
    """A gradient as a plain number."""
    return grad._data if isinstance(grad, Value) else grad


def operand(thing: Any) -> Any:
    """A Value as it is, a number as a new leaf; NotImplemented for a type that may know better what to do.

    Raises:
        TypeError: for what is certainly a mistake: text, truth values, None, containers, arrays, complex numbers.
    """
    if type(thing) is float:
        return leaf(thing)
    if Value in type(thing).__mro__:  # isinstance, without a call
        return thing
    number = as_number(thing)
    if number is not None:
        return leaf(number)
    if (
        thing is None
        or isinstance(thing, bool | str | bytes | complex | list | tuple | dict | set)
        or hasattr(thing, "__array__")
    ):
        raise TypeError(refusal(thing) + ".")
    return NotImplemented


def leaf(number: float) -> Value:
    """Value(number), made without a call: while a function is watched, each call takes longer than all of this."""
    node = blank(Value)
    node._data = number
    node.grad = 0.0
    node._operation = node._a = node._b = node._da = node._db = None
    node.label = ""
    if watchers and (recording := recording_now()) is not None:
        recording.constants[identity(node)] = node
    return node


def operand_or_error(thing: Any) -> Value:
    """A Value as it is, a number as a new leaf.

    Raises:
        TypeError: for anything else.
    """
    if Value in type(thing).__mro__:
        found: Value = thing
        return found
    return leaf(thing) if type(thing) is float else Value(thing)


def reflected(number: Any, operator: Callable[[Value, Value], Value], value: Value) -> Value:
    """number ∘ value."""
    left = operand(number)
    return NotImplemented if left is NotImplemented else operator(left, value)


NAMESPACE.update(Value=Value, operand=operand, real=real, apply_strictly=apply_strictly)

# ── Comparisons ─────────────────────────────────────────────────────────────────────────────────────────────────


class Condition(Value):
    """The answer of `a < b` while recording: 1 or 0, for `where`. It is neither True nor False, for samples differ."""

    __slots__ = ()

    def __bool__(self) -> bool:
        if watchers and recording_of(self):
            return super().__bool__()
        return self._data != 0.0


def condition(op: Operation, a: Any, b: Any, holds: bool) -> Any:
    """The answer of a comparison while recording: a Condition, but of constants whether it holds."""
    operands = operand_or_error(a), operand_or_error(b)
    recording = recording_of(operands[0]) or recording_of(operands[1])
    if recording is None or all(map(recording.is_constant, operands)):
        return holds
    node = apply_by_ieee(op, *operands)
    node.__class__ = Condition
    return node


def same_value(op: Operation, a: Value, b: Value, holds: bool) -> Any:
    """Whether two Values are the same; while arguments are recorded, which may be numbers, whether they are equal."""
    recording = recording_of(a) or recording_of(b) if watchers else None
    asked = recording is not None and (recording.is_argument(a) or recording.is_argument(b))
    return condition(op, a, b, holds) if asked else holds


# ── Derivatives as Values ───────────────────────────────────────────────────────────────────────────────────────


class RecordingArithmetic:
    """The arithmetic in which the table is read to record: `m.exp(x)` is a new Value."""

    def __getattr__(self, name: str) -> Callable[..., Value]:
        if name == "detach":
            function: Callable[..., Value] = detach
        elif name in ops.OPERATIONS or name in ops.FAMILIES:

            def function(*xs: Any) -> Value:
                op = ops.OPERATIONS[name] if name in ops.OPERATIONS else ops.FAMILIES[name](*xs[1:])
                return apply_by_ieee(op, *map(operand_or_error, xs[: op.arity]))

        else:
            raise AttributeError(f"no operation is called {name!r}")
        setattr(self, name, function)
        return function


Values = RecordingArithmetic()


def detach(value: Any) -> Value:
    """The number alone, as a new leaf: no gradient flows back through it."""
    return operand_or_error(value).detach()


def recorded_partials(node: Value) -> Iterable[Any]:
    """The local derivatives of a node as Values, which must be the numbers of the forward pass.

    Raises:
        RuntimeError: if they are not, because a leaf's data was set in between.
    """
    if node.op is None:
        return ()
    now = apply_by_ieee(node.op, *node.parents)
    if repr((now._data, *now._local_grads)) != repr((node._data, *node._local_grads)):
        raise RuntimeError(
            f"the operands of {node.op.name}, {', '.join(map(repr, node.parents))}, are not what they were in the"
            " forward pass, so its gradient cannot be recorded.\nCompute the result again before"
            " backward(create_graph=True)."
        )
    return node.op.partials(Values, node, *node.parents)


def adjoints(root: Value, seed: Any, partials: Callable[[Value], Iterable[Any]] = recorded_partials) -> dict[int, Any]:
    """∂root/∂node for every node that root was computed from, by the node's id; nothing is written to any `.grad`.

    With `recorded_partials` they are Values, to be differentiated again; with `attrgetter("local_grads")` floats.
    This is the chain rule as it stands in the books; `Value.backward` is the same for plain numbers, made fast.
    """
    adjoint = {id(root): seed}
    for node in reversed(topological_order(root)):
        for parent, slope in zip(node.parents, partials(node), strict=True):
            unit = type(slope) is float and slope == 1.0
            term = adjoint[id(node)] if unit else adjoint[id(node)] * slope  # x·1 → x
            adjoint[id(parent)] = adjoint[id(parent)] + term if id(parent) in adjoint else term
    return adjoint


def accumulated(before: Any, gradient: Any) -> Any:
    """A leaf's gradient after one more backward pass."""
    return before + gradient if before not in NO_GRADIENT else gradient


def nonfinite(root: Value) -> Value | None:
    """The first Value below root that is NaN or infinite: all that it was computed from is finite. None if all is well.

    >>> big = Value(1e200, label="big")
    >>> square = big * big
    >>> nonfinite(square - square) is square
    True
    """
    return next((node for node in topological_order(root) if not isfinite(node._data)), None)
