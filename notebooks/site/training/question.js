/* What the engine is asked: a short program that computes the loss of one sample with the weights of now, of plain
   Values. A small network is written whole. Of a larger one it has what the chosen number flows through, and the rest
   of each sum as one leaf: the gradient is the same, and its paths can be seen. */

const MOST_WHOLE = 60;  // parameters of a network that is written whole

const LOSSES = {
  cross_entropy: "softplus((1 - 2*y)*s)",
  squared_error: "0.5*(y - s)**2",
  hinge: "relu(1 - y*s)",
};

/* What it prints: the key of the chosen number in the stepper, the step at which its gradient is there, that gradient,
   and the loss. */
const TOLD = `timeline = steps(L)
key = timeline.keys[chosen]
print(key, max(step.index for step in timeline if step.key == key and step.phase == "backward"))
print(timeline.gradients[chosen], L.data)
L`;

/* Args: the shape; the parameters; the chosen link; the sample's x and target; names of activation and loss; what each
   neuron says on the sample, by layer. */
function question(shape, parameters, link, { x, y }, { activation, loss }, outputs) {
  const whole = parameters.length <= MOST_WHOLE;
  const depends = whole ? () => true : (layer, place) => layer > link.layer || (layer === link.layer && place === link.neuron);
  const lines = ["from autograd import Value, dot, relu, softplus", "from autograd.show import steps", ""];
  const leaf = (label, number) => `Value(${pythonNumber(number)}, label=${JSON.stringify(label)})`;
  const number = (index) => parameters[index];
  const seen = new Set();  // inputs and neurons that have a line
  const variable = (layer, place) => shape.columns[layer][place].normalize("NFKD");  // p₃ is p3 in Python
  const nameOf = (layer, place) => {
    const name = variable(layer, place);
    if (!seen.has(name)) {
      const given = layer === 0 ? x[place] : outputs[layer][place];
      lines.push(`${name} = ${leaf(shape.columns[layer][place], given)}`);
      seen.add(name);
    }
    return name;
  };
  lines.push(`y = ${leaf("y", y)}`);
  const last = shape.sizes.length - 1;
  for (let layer = whole ? 1 : link.layer; layer <= last; layer++) {
    for (let neuron = 0; neuron < shape.sizes[layer]; neuron++) {
      if (!depends(layer, neuron)) continue;
      const name = shape.columns[layer][neuron];
      const inputs = [...shape.columns[layer - 1].keys()];
      const at = (input) => shape.index(layer, neuron, input);
      const followed = whole ? inputs : inputs.filter((input) => (layer === link.layer ? input === link.input : depends(layer - 1, input)));
      const rest = inputs.filter((input) => !followed.includes(input));
      const said = (input) => (layer === 1 ? x[input] : outputs[layer - 1][input]);
      const weights = followed.map((input) => {
        const label = shape.label({ layer, neuron, input });
        if (layer !== link.layer || neuron !== link.neuron || input !== link.input) return leaf(label, number(at(input)));
        lines.push(`chosen = ${leaf(label, number(at(input)))}`);
        return "chosen";
      });
      const names = followed.map((input) => nameOf(layer - 1, input));
      const bias = shape.label({ layer, neuron, input: null });
      const summed = rest.reduce((sum, input) => sum + number(at(input)) * said(input), 0);
      const terms = weights.length === 0 ? [] : weights.length < 4 ? weights.map((weight, place) => `${weight}*${names[place]}`) : [`dot([${weights.join(", ")}], [${names.join(", ")}])`];
      if (layer === link.layer && neuron === link.neuron && link.input === null) {
        lines.push(`chosen = ${leaf(bias, number(at(null)))}`);
        terms.push("chosen");
        if (rest.length) terms.push(leaf(`rest[${name}]`, summed));
      } else if (rest.length) {
        terms.push(leaf(`rest[${name}]`, summed + number(at(null))));
      } else {
        terms.push(leaf(bias, number(at(null))));
      }
      const sum = terms.join(" + ");
      const result = variable(layer, neuron);
      lines.push(`${result} = ${layer === last ? sum : `(${sum}).${activation}()`}`, `${result}.label = ${JSON.stringify(name)}`);
      seen.add(result);
    }
  }
  return [...lines, `L = ${LOSSES[loss]}`, 'L.label = "L"', TOLD].join("\n");
}

const pythonNumber = (x) => (Number.isFinite(x) ? String(x) : `float("${x > 0 ? "inf" : x < 0 ? "-inf" : "nan"}")`);
