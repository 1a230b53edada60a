"""A minimal scalar engine without closures: what is left when everything but the chain rule is taken away.

The yardstick that `scalar_graph.py` measures against; not part of the library.
"""

import math


class Value:
    __slots__ = ("children", "data", "grad", "local_grads")

    def __init__(self, data, children=(), local_grads=()):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.local_grads = local_grads

    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1.0 - t * t,))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, finished = stack.pop()
            if finished:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                for child in node.children:
                    if child not in seen:
                        stack.append((child, False))
        self.grad = 1.0
        for node in reversed(order):
            adjoint = node.grad
            for child, local_grad in zip(node.children, node.local_grads):
                child.grad += adjoint * local_grad
