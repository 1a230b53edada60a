/* What there is to begin with, from the course. */

const EXAMPLES = [
  { title: "A neuron and its loss", kind: "expression", text: "L = (y - tanh(w*x + b))**2", numbers: { w: 0.5, x: 2, b: 0.1, y: 1 } },
  { title: "Used twice: paths add", kind: "expression", text: "p = a*b; L = p*a + p", numbers: { a: 2, b: -3 } },
  { title: "A quotient", kind: "expression", text: "f = sin(x) / (1 + x**2)", numbers: { x: 1.2 } },
  { title: "Two layers", kind: "expression", text: "h1 = tanh(u1*x + c1); h2 = tanh(u2*x + c2);\nL = (v1*h1 + v2*h2 - y)**2", numbers: { u1: 0.4, x: 1.5, c1: 0.1, u2: -0.7, c2: 0.2, v1: 1.1, v2: -0.6, y: 1 } },
  { title: "Program: micrograd's neuron", kind: "program", text: "from autograd import Value\n\nx1, x2 = Value(2.0), Value(0.0)\nw1, w2 = Value(-3.0), Value(1.0)\nb = Value(6.88)\nn = x1*w1 + x2*w2 + b\no = n.tanh()\no" },
  { title: "Program: learning a line", kind: "program", text: "from autograd import Value\n\nw, b = Value(0.0), Value(0.0)\nfor step in range(50):\n    loss = sum((w*x + b - y)**2 for x, y in [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)])\n    w.grad = b.grad = 0.0\n    loss.backward()\n    w.data -= 0.05 * w.grad\n    b.data -= 0.05 * b.grad\n    if step % 10 == 0:\n        print(step, round(loss.data, 4))\nprint(w.data, b.data)\nloss = (w*3.0 + b - 7.0)**2" },
  { title: "Program: second derivatives", kind: "program", text: "from autograd import grad, Value\n\ndef f(x):\n    return x**3 - 2*x\n\nprint(f(2.0), grad(f)(2.0), grad(grad(f))(2.0))\nx = Value(2.0)\nf(x)" },
  { title: "Program: a softmax and its loss", kind: "program", text: "from autograd import Value, log, softmax\n\nscores = [Value(2.0, label=\"s1\"), Value(1.0, label=\"s2\"), Value(0.1, label=\"s3\")]\np1, p2, p3 = softmax(scores)\nL = -log(p1)" },
];
