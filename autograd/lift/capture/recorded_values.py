"""Which Values were recorded: all those below the results, operands first."""

from __future__ import annotations

from collections.abc import Container

from autograd import ops
from autograd.lift.capture.scalars import TooLarge
from autograd.value import Value, Values

#: What may be recorded for a program: one of that size takes about a minute and 3 GB.
MOST_RECORDED = 5_000_000


def recorded_values(roots: list[Value], before: Container[int]) -> tuple[list[Value], dict[int, Value]]:
    """Every Value below the roots, operands first; composite operations of many operands written out by the table.

    What was computed before (those ids) is a leaf.
    """
    expanded: dict[int, Value] = {}

    def parents(node: Value) -> tuple[Value, ...]:
        if id(node) in before:
            return ()
        if node.op is ops.LOGSUMEXP:
            expanded[id(node)] = node.op.value(Values, *node.parents)
            return (expanded[id(node)],)
        return node.parents

    order: list[Value] = []
    seen: set[int] = set()
    for root in roots:
        if id(root) in seen:
            continue
        seen.add(id(root))
        stack = [(root, iter(parents(root)))]
        while stack:
            node, operands = stack[-1]
            for operand in operands:
                if id(operand) not in seen:
                    seen.add(id(operand))
                    if operand._operation is None:
                        order.append(operand)
                    else:
                        stack.append((operand, iter(parents(operand))))
                        break
            else:
                order.append(node)
                stack.pop()
                if len(order) > MOST_RECORDED:
                    raise TooLarge(
                        f"the function records more than {MOST_RECORDED:,} scalars, which would not fit into memory"
                        " once they are compiled.\nCompile a part that is called often: one sample's program, which"
                        " vmap maps over a batch, has no more scalars than the sample."
                    )
    return order, expanded
