"""Programs of the kind that test_microgpt.py runs: written for a Value of one's own, which builds its nodes by hand."""

import math
import random

import autograd


class Plain:
    """The shortest Value of this kind: number, children, local derivatives."""

    def __init__(self, data, children=(), local_grads=()):
        self.data, self.grad = data, 0.0
        self._children, self._local_grads = children, local_grads

    def __add__(self, other):
        other = other if isinstance(other, Plain) else Plain(other)
        return Plain(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Plain) else Plain(other)
        return Plain(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, power):
        return Plain(self.data**power, (self,), (power * self.data ** (power - 1),))

    def exp(self):
        return Plain(math.exp(self.data), (self,), (math.exp(self.data),))

    def log(self):
        return Plain(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self):
        return Plain(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return -self + other

    def backward(self):
        order, seen, waiting = [], set(), [(self, False)]
        while waiting:
            node, done = waiting.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                waiting.append((node, True))
                waiting.extend((child, False) for child in node._children)
        self.grad = 1.0
        for node in reversed(order):
            for child, slope in zip(node._children, node._local_grads, strict=True):
                child.grad += slope * node.grad


class Letters:
    """A transformer of one head and one layer that says which letter comes next.

    Args:
        Value: whose operators it uses, and with which it builds nodes of its own.
    """

    def __init__(self, Value, words, width=4, context=6, seed=1):
        rng = random.Random(seed)
        self.Value = Value
        self.letters = ["."] + sorted(set("".join(words)))
        self.context = context
        size = len(self.letters)

        def matrix(rows, columns):
            return [[Value(rng.gauss(0.0, 0.3)) for _ in range(columns)] for _ in range(rows)]

        self.state = {
            "tokens": matrix(size, width),
            "places": matrix(context, width),
            **{name: matrix(width, width) for name in ("query", "key", "value", "out")},
            "up": matrix(2 * width, width),
            "down": matrix(width, 2 * width),
            "head": matrix(size, width),
        }
        self.parameters = [p for table in self.state.values() for row in table for p in row]

    # Nodes that are built by hand, each with its local derivatives.

    def dot(self, ws, xs):
        y = sum(w.data * x.data for w, x in zip(ws, xs, strict=True))
        return self.Value(y, (*ws, *xs), (*(x.data for x in xs), *(w.data for w in ws)))

    def squared_relu(self, x):
        above = max(0.0, x.data)
        return self.Value(above * above, (x,), (2.0 * above,))

    # The model.

    def row(self, table, token):
        return table[token]

    def linear(self, x, table):
        return [self.dot(row, x) for row in table]

    def softmax(self, scores):
        largest = max(score.data for score in scores)
        powers = [(score - largest).exp() for score in scores]
        total = sum(powers)
        return [power / total for power in powers]

    def normed(self, x):
        scale = (sum(a * a for a in x) / len(x) + 1e-5) ** -0.5
        return [a * scale for a in x]

    def next_letter(self, token, place, keys, values):
        x = [a + b for a, b in zip(self.row(self.state["tokens"], token), self.state["places"][place], strict=True)]
        x = self.normed(x)
        query = self.linear(x, self.state["query"])
        keys.append(self.linear(x, self.state["key"]))
        values.append(self.linear(x, self.state["value"]))
        scale = len(query) ** 0.5
        weights = self.softmax([sum(q * k for q, k in zip(query, key, strict=True)) / scale for key in keys])
        read = [sum(w * v[j] for w, v in zip(weights, values, strict=True)) for j in range(len(query))]
        x = [a + b for a, b in zip(x, self.linear(read, self.state["out"]), strict=True)]
        hidden = [self.squared_relu(h) for h in self.linear(self.normed(x), self.state["up"])]
        x = [a + b for a, b in zip(x, self.linear(hidden, self.state["down"]), strict=True)]
        return self.linear(x, self.state["head"])

    def tokens(self, word):
        return [0, *(self.letters.index(letter) for letter in word), 0][: self.context + 1]

    def loss(self, word):
        return self.loss_of(self.tokens(word))

    def loss_of(self, tokens):
        keys, values, losses = [], [], []
        for place, (token, target) in enumerate(zip(tokens[:-1], tokens[1:], strict=True)):
            probabilities = self.softmax(self.next_letter(token, place, keys, values))
            losses.append(-self.row(probabilities, target).log())
        return (1.0 / len(losses)) * sum(losses)

    def train(self, words, rate=0.02):
        """Adam, whose means are attributes of the parameters."""
        for p in self.parameters:
            p.m = p.v = 0.0
        losses = []
        for step, word in enumerate(words, start=1):
            loss = self.loss(word)
            loss.backward()
            for p in self.parameters:
                p.m = 0.9 * p.m + 0.1 * p.grad
                p.v = 0.99 * p.v + 0.01 * p.grad**2
                p.data -= rate * (p.m / (1 - 0.9**step)) / ((p.v / (1 - 0.99**step)) ** 0.5 + 1e-8)
                p.grad = 0.0
            losses.append(loss.data)
        return losses


class WithOperators(Letters):
    """The same without nodes that are built by hand; what reads a number or an index is a function of autograd."""

    def row(self, table, token):
        return autograd.take(table, token)

    def dot(self, ws, xs):
        return sum(w * x for w, x in zip(ws, xs, strict=True))

    def squared_relu(self, x):
        return x.relu() ** 2

    def softmax(self, scores):
        return autograd.softmax(scores)
