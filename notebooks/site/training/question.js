/* What the engine is asked: a short program that computes the loss of one sample with the weights of now, of plain
   Values. A small network is written whole. Of a larger one it has what the chosen number flows through, and the rest
   of each sum as one leaf: the gradient is the same, and its paths can be seen. */

const MOST_WHOLE = 60;  // parameters of a network that is written whole
const MOST_WRITTEN_OUT = 3;  // products of a sum, which is a dot product beyond

const LOSSES = {
  cross_entropy: "softplus((1 - 2*y)*s)",
  squared_error: "0.5*(y - s)**2",
  hinge: "relu(1 - y*s)",
};

/* It prints the key of the chosen number in the stepper, the step at which its gradient is there, that gradient, and
   the loss. */
const BEGINNING = `from autograd import Value, dot, relu, softplus
from autograd.show import steps
`;
const END = `L.label = "L"
timeline = steps(L)
key = timeline.keys[chosen]
print(key, max(step.index for step in timeline if step.key == key and step.phase == "backward"))
print(timeline.gradients[chosen], L.data)
L`;

class Question {
  /* Args: the shape; the parameters; the chosen link; the sample's x and target; names of activation and loss; what each
     hidden neuron says on the sample, by layer. */
  constructor(shape, parameters, link, { x, y }, { activation, loss }, outputs) {
    Object.assign(this, { shape, parameters, link, activation, loss });
    this.said = [x, ...outputs.slice(1)];
    this.whole = parameters.length <= MOST_WHOLE;
    this.lines = [BEGINNING, `y = ${leaf("y", y)}`];
    this.known = new Set();  // the variables that have a line
  }

  text() {
    const { sizes } = this.shape;
    for (let layer = 1; layer < sizes.length; layer++) {
      for (let neuron = 0; neuron < sizes[layer]; neuron++) if (this.follows(layer, neuron)) this.writeNeuron(layer, neuron);
    }
    return [...this.lines, `L = ${LOSSES[this.loss]}`, END].join("\n");
  }

  /* Whether a neuron is computed here: one that changes with the chosen number does. */
  follows(layer, neuron) {
    if (this.whole) return layer > 0;
    return layer > this.link.layer || (layer === this.link.layer && neuron === this.link.neuron);
  }

  isChosen(layer, neuron, input) {
    return this.link.index === this.shape.index(layer, neuron, input);
  }

  writeNeuron(layer, neuron) {
    const inputs = [...this.shape.columns[layer - 1].keys()];
    const isShown = (input) => this.whole || this.follows(layer - 1, input) || this.isChosen(layer, neuron, input);
    const rest = inputs.filter((input) => !isShown(input));
    const terms = this.products(layer, neuron, inputs.filter(isShown));
    const number = (input) => this.parameters[this.shape.index(layer, neuron, input)];
    let summed = rest.reduce((sum, input) => sum + number(input) * this.said[layer - 1][input], 0);
    if (!rest.length || this.isChosen(layer, neuron, null)) terms.push(this.parameter(layer, neuron, null));
    else summed += number(null);
    const label = this.shape.columns[layer][neuron];
    if (rest.length) terms.push(leaf(`rest[${label}]`, summed));
    const sum = terms.join(" + ");
    const isLast = layer === this.shape.sizes.length - 1;
    this.lines.push(`${variable(label)} = ${isLast ? sum : `(${sum}).${this.activation}()`}`);
    this.lines.push(`${variable(label)}.label = ${JSON.stringify(label)}`);
    this.known.add(variable(label));
  }

  /* Σ wᵢxᵢ over some inputs, as the terms of a sum. */
  products(layer, neuron, inputs) {
    const weights = inputs.map((input) => this.parameter(layer, neuron, input));
    const names = inputs.map((input) => this.input(layer - 1, input));
    if (inputs.length <= MOST_WRITTEN_OUT) return weights.map((weight, place) => `${weight}*${names[place]}`);
    return [`dot([${weights.join(", ")}], [${names.join(", ")}])`];
  }

  /* A weight or bias; the chosen one has a name. */
  parameter(layer, neuron, input) {
    const written = leaf(this.shape.label({ layer, neuron, input }), this.parameters[this.shape.index(layer, neuron, input)]);
    if (!this.isChosen(layer, neuron, input)) return written;
    this.lines.push(`chosen = ${written}`);
    return "chosen";
  }

  /* The variable of an input or a neuron, which is a leaf if it has not been computed. */
  input(layer, place) {
    const label = this.shape.columns[layer][place];
    const name = variable(label);
    if (!this.known.has(name)) this.lines.push(`${name} = ${leaf(label, this.said[layer][place])}`);
    this.known.add(name);
    return name;
  }
}

const variable = (label) => label.normalize("NFKD");  // p₃ is p3 in Python
const leaf = (label, number) => `Value(${number}, label=${JSON.stringify(label)})`;
