"""What a compiled function tells: its array operations by the names that the user gave, as text and as a drawing."""

import numpy as np
import pytest

from autograd import Value, dot, jit, mean, relu, value_and_grad, vmap
from autograd.show import draw
from nn import MLP


def lines(compiled):
    return str(compiled.program).splitlines()[1:]


def moons():
    model = MLP(2, [16, 16, 1], rng=1)

    @jit
    def loss(xs, ys):
        losses = [relu(1.0 - y * model(x)[0]) for x, y in zip(xs, ys, strict=True)]
        return mean(losses) + 1e-4 * sum(p * p for p in model.parameters())

    loss([[1.0, 2.0]] * 20, [1.0, -1.0] * 10)
    return loss


def test_parameters_have_the_names_of_their_labels_and_arguments_those_of_the_signature():
    assert lines(moons()) == [
        "h1[16×20] = relu(layers.0.neurons.w[16×2] · xs[2×20] + layers.0.neurons.b[16])",
        "h2[16×20] = relu(layers.1.neurons.w[16×16] · h1[16×20] + layers.1.neurons.b[16])",
        "h3[20] = relu(1 - ys[20] * (layers.2.neurons.0.w[16] · h2[16×20] + layers.2.neurons.0.b))",
        "h4 = 0.0001 * (p[337] · p[337]) + sum(h3[20]) / 20",
    ]


def test_each_operation_knows_its_layer_its_neurons_and_how_many_scalars_it_stands_for():
    first, *_, last = moons().program.statements
    assert first.parameters == ["layers.0.neurons.0–15.w[0–1]", "layers.0.neurons.0–15.b"]
    assert first.scalars == 16 * 20 * 2  # a sum of products and a relu for each neuron and sample
    assert last.parameters == ["337 parameters"]
    program = moons().program
    assert sum(s.scalars for s in program.statements) <= program.recorded and program.share > 0.99


def test_keys_of_dicts_places_in_lists_and_keywords_are_names():
    @jit
    def f(p, *, shift):
        hidden = [dot(row, p["x"]) + shift for row in p["layers"][0]]
        return sum(h * h for h in hidden)

    f({"layers": [np.ones((3, 2))], "x": [1.0, 2.0]}, shift=0.5)
    assert lines(f)[0] == "h1[3] = p.layers[0][3×2] · p.x[2] + shift"


def test_a_list_of_values_is_one_array():
    f = jit(lambda ws, xs: dot(ws, xs))
    f([Value(1.0), Value(2.0), Value(3.0)], [1.0, 2.0, 3.0])
    assert lines(f) == ["h1 = ws[3] · xs[3]"]


def test_names_are_found_through_vmap_and_value_and_grad():
    def loss(w, x):
        return dot(w, x) ** 2

    f = jit(value_and_grad(lambda w, X: mean(vmap(loss, in_axes=(None, 0))(w, X))))
    f([1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]])
    assert lines(f)[0] == "h1[2×2] = X[2×2]"
    batched = jit(vmap(loss, in_axes=(None, 0)))
    batched([1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]])
    assert "w[2] · h1[2×2]" in str(batched.program)


def test_results_are_called_otherwise_than_arguments():
    f = jit(lambda h1: sum(x * x for x in h1))
    f([1.0, 2.0])
    assert lines(f) == ["z1 = h1[2] · h1[2]"]
    assert [arrow.tail for arrow in f.program.edges] == ["n0"]


def test_a_program_is_drawn_as_it_is():
    program = moons().program
    given = [box.name for box in program.nodes if not box.operation]
    assert given[:3] == ["layers.0.neurons.w", "xs", "layers.0.neurons.b"] and "p" in given
    heads = {arrow.head for arrow in program.edges}
    assert heads == {box.key for box in program.nodes if box.operation}
    source = draw(program).source
    assert source.count("->") == len(program.edges) and "h3[20]" in source and "640 scalars" in source


def test_nothing_is_listed_before_the_first_call():
    with pytest.raises(RuntimeError, match="call the compiled function once"):
        jit(lambda x: x * x).program


def test_matrices_that_are_multiplied_together_are_named_side_by_side():
    query, key = ([[Value(0.1 * i + j, label=f"{n}[{i}][{j}]") for j in range(2)] for i in range(3)] for n in "qk")
    f = jit(lambda x: [dot(row, x) for row in query + key])
    f([1.0, 2.0])
    assert lines(f) == ["h1[6] = q|k[6×2] · x[2]"]
    assert f.program.statements[0].parameters == ["q[0–2][0–1]", "k[0–2][0–1]"]


def test_a_result_that_one_operation_reads_twice_is_written_once():
    @jit
    def curve(w, xs):
        return [(w * x).sin() ** 2 for x in xs]

    curve(Value(2.0), [1.0, 2.0, 3.0])
    assert lines(curve) == ["h1[3] = sin(w * xs[3])", "h2[3] = h1[3] * h1[3]"]
    assert "h1" in draw(curve.program).source
