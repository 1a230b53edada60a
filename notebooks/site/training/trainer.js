/* Training: a lifted program for each number of samples, the parameters, and an optimiser that moves them.

   What is computed depends on the seed and on the number of steps, never on the clock. */

const MOST_REMEMBERED = 400;  // points of a curve, then every other one is forgotten

/* What a sample's target is for a loss: the classes as 0 and 1, or as −1 and 1. */
const TARGETS = { cross_entropy: [0, 1], squared_error: [-1, 1], hinge: [-1, 1] };

class Trainer {
  /* Args: `program`, (count) => network; the first parameters; settings; `random`, which deals the batches. */
  constructor(program, parameters, settings, random) {
    this.parameters = parameters;
    this.random = random;
    this.epoch = 0;
    this.steps = 0;
    this.dealt = [];
    this.trouble = "";
    this.settings = settings;
    this.forget();
    this.useProgram(program);
    this.useOptimiser();
  }

  useProgram(program) {
    this.program = program;
    this.networks = new Map();
    if (this.data) this.useData(this.data);
  }

  useOptimiser() {
    this.optimiser = OPTIMISERS[this.settings.optimiser](this.parameters.length);
  }

  /* Train on these samples from now on: {X, y, train, test}, the latter two their indexes. */
  useData(data) {
    this.data = data;
    this.train = this.filled(data.train, this.program(data.train.length || 1));
    this.test = data.test.length ? this.filled(data.test, this.program(data.test.length)) : undefined;
    this.dealt = [];
    this.networks.clear();
  }

  filled(samples, network) {
    const targets = TARGETS[this.settings.loss];
    samples.forEach((sample, row) => {
      network.X.set(this.data.X[sample], 2 * row);
      network.y[row] = targets[this.data.y[sample]];
    });
    return network;
  }

  /* A network at the parameters of now. */
  at(network) {
    network.parameters.set(this.parameters);
    return network;
  }

  /* A network for so many samples, kept. */
  sized(count) {
    if (!this.networks.has(count)) this.networks.set(count, this.program(count));
    return this.networks.get(count);
  }

  /* The samples of the next step, as a network that has them; begins an epoch if the last one is over. */
  next() {
    const { batch } = this.settings;
    const { train } = this.data;
    if (!batch || batch >= train.length) return this.train;
    if (!this.dealt.length) this.dealt = this.random.order(train.length).map((place) => train[place]);
    const samples = this.dealt.splice(0, batch);
    return this.filled(samples, this.sized(samples.length));
  }

  /* One step of the optimiser. Returns false, and moves nothing, when a number has left the finite ones. */
  step() {
    if (!this.data.train.length) return false;
    if (!this.curve.epochs.length) this.remember();
    const network = this.at(this.next());
    const loss = network.step();
    addPenalty(network.gradient, this.parameters, this.settings.penalty);
    if (!Number.isFinite(loss) || !network.gradient.every(Number.isFinite)) {
      this.trouble = `${Number.isFinite(loss) ? "The gradient" : "The loss"} left the finite numbers in epoch ${this.epoch + 1}.`;
      return false;
    }
    this.optimiser.step(this.parameters, network.gradient, this.settings.rate);
    this.steps++;
    if (!this.dealt.length) {
      this.epoch++;
      if (this.epoch % this.curve.every === 0) this.remember();
    }
    return true;
  }

  /* Begin the curves anew. */
  forget() {
    this.curve = { every: 1, epochs: [], train: [], test: [] };
  }

  /* A point of the curves; when there are many, they are thinned by a rule that knows only their number. */
  remember() {
    const { curve } = this;
    curve.epochs.push(this.epoch);
    curve.train.push(this.at(this.train).forward());
    curve.test.push(this.test ? this.at(this.test).forward() : NaN);
    if (curve.epochs.length <= MOST_REMEMBERED) return;
    curve.every *= 2;
    const kept = curve.epochs.map((epoch) => epoch % curve.every === 0);
    for (const name of ["epochs", "train", "test"]) curve[name] = curve[name].filter((_, place) => kept[place]);
  }

  /* Loss and share of right answers on the training samples, and on those of the test. */
  measured() {
    const one = (network, samples) => {
      if (!samples.length) return { loss: NaN, accuracy: NaN };
      const loss = this.at(network).forward();
      const isRight = (score, y) => (y ? score > 0 : score <= 0);  // NaN is neither
      const right = samples.filter((sample, row) => isRight(network.outputs[row], this.data.y[sample])).length;
      return { loss, accuracy: right / samples.length };
    };
    return { train: one(this.train, this.data.train), test: this.test ? one(this.test, this.data.test) : undefined };
  }

  /* One sample alone: its loss and gradient, and what each hidden neuron says. */
  alone(sample) {
    const network = this.at(this.filled([sample], this.sized(1)));
    const loss = network.step();
    return { loss, gradient: network.gradient.slice(), watched: network.watched.slice() };
  }

  /* The gradient of the mean loss of all samples that are trained on, without the penalty. */
  meanGradient() {
    const network = this.at(this.train);
    network.step();
    return network.gradient;
  }

  /* The sample from which there is most to learn. */
  worst() {
    const { train } = this.data;
    const losses = train.map((sample) => this.alone(sample).loss);
    return train[losses.indexOf(Math.max(...losses))];
  }
}
