/* The shape of a network, and what everything in it is called: the inputs x₁ and x₂, the neurons p₁, p₂ … of the first
   hidden layer, q₁ … and r₁ … of the next ones, and the score s at the end. */

const LETTERS = ["p", "q", "r"];

class Shape {
  constructor({ layers, width }) {
    this.sizes = [2, ...Array(layers).fill(width), 1];
    this.columns = this.sizes.map((size, layer) => Array.from({ length: size }, (_, place) => this.nameOf(layer, place)));
    this.links = [];  // every parameter: {index, layer, neuron, input}, input null for a bias
    for (let layer = 1; layer < this.sizes.length; layer++) {
      for (let neuron = 0; neuron < this.sizes[layer]; neuron++) {
        for (let input = 0; input <= this.sizes[layer - 1]; input++) {
          this.links.push({ index: this.links.length, layer, neuron, input: input < this.sizes[layer - 1] ? input : null });
        }
      }
    }
  }

  nameOf(layer, place) {
    const subscript = String(place + 1).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
    if (layer === 0) return `x${subscript}`;
    return layer === this.sizes.length - 1 ? "s" : `${LETTERS[layer - 1]}${subscript}`;
  }

  /* The place of a weight, or of a bias if the input is null, among the parameters. */
  index(layer, neuron, input) {
    let before = 0;
    for (let each = 1; each < layer; each++) before += this.sizes[each] * (this.sizes[each - 1] + 1);
    const inputs = this.sizes[layer - 1];
    return before + neuron * (inputs + 1) + (input ?? inputs);
  }

  /* w[p₃,x₁]: the weight of p₃ for x₁; b[p₃]: its bias. */
  label({ layer, neuron, input }) {
    const name = this.columns[layer][neuron];
    return input === null ? `b[${name}]` : `w[${name},${this.columns[layer - 1][input]}]`;
  }
}
