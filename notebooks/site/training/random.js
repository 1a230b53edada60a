/* Random numbers from a seed, and the weights that a network starts from.

   The generator is mulberry32: a counter in steps of 0x6D2B79F5, mixed by shifts and products of 32 bits. It is not
   Python's, so a seed gives other numbers than in nn; but they are drawn from nn's distributions, in nn's order. */

class Random {
  constructor(seed) {
    this.state = seed | 0;
  }

  /* A number from 0 to below 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  uniform(from, to) {
    return from + (to - from) * this.next();
  }

  /* Normally distributed, by Box and Muller. */
  gauss(mean, spread) {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return mean + spread * radius * Math.cos(2 * Math.PI * this.next());
  }

  /* 0 … count − 1 in a random order, by Fisher and Yates. */
  order(count) {
    const order = Array.from({ length: count }, (_, place) => place);
    for (let last = count - 1; last > 0; last--) {
      const other = Math.floor(this.next() * (last + 1));
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  }
}

/* nn's own initialisers, one weight at a time. */
const INITIALISERS = {
  glorot_uniform: (inputs, outputs, random) => {
    const limit = Math.sqrt(6 / (inputs + outputs));
    return random.uniform(-limit, limit);
  },
  he_normal: (inputs, outputs, random) => random.gauss(0, Math.sqrt(2 / inputs)),
};

/* The numbers of model.parameters(): of each neuron of each layer its weights, and its bias, which is 0.
   Args: the sizes of all layers, inputs first; the initialiser of the hidden layers; the output's is Glorot's. */
function firstParameters(sizes, initialiser, random) {
  const numbers = [];
  for (let layer = 1; layer < sizes.length; layer++) {
    const [inputs, outputs] = [sizes[layer - 1], sizes[layer]];
    const draw = INITIALISERS[layer < sizes.length - 1 ? initialiser : "glorot_uniform"];
    for (let neuron = 0; neuron < outputs; neuron++) {
      for (let input = 0; input < inputs; input++) numbers.push(draw(inputs, outputs, random));
      numbers.push(0);
    }
  }
  return Float64Array.from(numbers);
}
