/* Maps of the plane: what a neuron, or the network, says at each point, in the colours of the site: blue above 0,
   orange below, the ground at 0. They are computed at size × size points and drawn larger. */

const GRID = 48;  // while it trains, and for neurons
const FINE = 128;  // of the one large map, when nothing moves

/* What a network says at the points of a grid, row by row from the top left. */
class Field {
  constructor(program, shape, { activation, loss, width }, size) {
    Object.assign(this, { shape, activation, loss, width, size });
    this.network = program(size * size);
    const at = (place) => ((place + 0.5) / size) * 2 * EDGE - EDGE;
    for (let place = 0; place < size * size; place++) {
      this.network.X.set([at(place % size), -at(Math.floor(place / size))], 2 * place);
    }
    this.inputs = [0, 1].map((which) => this.network.X.filter((_, place) => place % 2 === which));
  }

  /* Compute it for parameters, unless it is known for them. */
  compute(parameters) {
    const known = this.network.parameters;
    if (this.computed && known.every((number, place) => number === parameters[place])) return;
    known.set(parameters);
    this.network.forward();
    this.computed = true;
  }

  /* The numbers of an input, a neuron or the score, and the name of their scale. */
  of(layer, neuron) {
    if (layer === 0) return { numbers: this.inputs[neuron], scale: "input" };
    if (layer === this.shape.sizes.length - 1) return { numbers: this.network.outputs, scale: this.loss };
    const place = ((layer - 1) * this.width + neuron) * this.size ** 2;
    return { numbers: this.network.watched.subarray(place, place + this.size ** 2), scale: this.activation };
  }
}

/* The colours of the theme of now. */
class Colours {
  constructor() {
    const style = getComputedStyle(document.body);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    for (const name of ["ink", "muted", "ground", "card", "border", "blue", "orange"]) this[name] = read(name);
    const [ground, above, below] = [this.ground, this.blue, this.orange].map(channels);
    this.table = new Uint32Array(511);  // −1 … 1 in steps, as pixels
    for (let place = 0; place < 511; place++) {
      const t = (place - 255) / 255;
      const share = 0.66 * Math.abs(t);
      const [r, g, b] = ground.map((from, channel) => Math.round(from + share * ((t > 0 ? above : below)[channel] - from)));
      this.table[place] = (255 << 24) | (b << 16) | (g << 8) | r;
    }
  }

  /* The pixel of a number, of which 1 and −1 have the full colours. */
  pixel(t) {
    return this.table[255 + Math.round(255 * Math.max(-1, Math.min(1, t)))] ?? this.table[255];
  }

  of(number) {
    return number >= 0 ? this.blue : this.orange;
  }
}

const channels = (hex) => {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  return [1, 3, 5].map((place) => parseInt(full.slice(place, place + 2), 16));
};

/* How the numbers of a map become −1 … 1. */
const SCALES = {
  tanh: () => (a) => a,
  sigmoid: () => (a) => 2 * a - 1,
  relu: largest,
  silu: largest,
  input: () => (x) => x / EDGE,
  cross_entropy: () => (score) => Math.tanh(score / 2),  // 2p − 1
  squared_error: () => (score) => score,
  hinge: () => (score) => score,
};

function largest(numbers) {
  let most = 1e-9;
  for (const a of numbers) if (Math.abs(a) > most) most = Math.abs(a);
  return (a) => a / most;
}

/* A canvas with a pixel for each number of a map. */
class Plane {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  show({ numbers, scale }, colours) {
    const size = Math.sqrt(numbers.length);
    if (this.image?.width !== size) {
      this.canvas.width = this.canvas.height = size;
      this.image = this.context.createImageData(size, size);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    const scaled = SCALES[scale](numbers);
    for (let place = 0; place < this.pixels.length; place++) this.pixels[place] = colours.pixel(scaled(numbers[place]));
    this.context.putImageData(this.image, 0, 0);
  }
}

/* A canvas whose pixels are those of the screen, at the size that it has in the page. */
function sharp(canvas) {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/* The samples over a map: filled if they are trained on, rings if they are for the test; the chosen one in a circle. */
function drawPoints(canvas, data, chosen, cross, colours) {
  const { context, width, height } = sharp(canvas);
  const place = ([a, b]) => [((a + EDGE) / (2 * EDGE)) * width, ((EDGE - b) / (2 * EDGE)) * height];
  const dot = (at, radius) => {
    context.beginPath();
    context.arc(...place(at), radius, 0, 2 * Math.PI);
  };
  const trained = new Set(data.train);
  for (const sample of [...data.test, ...data.train]) {
    const colour = data.y[sample] ? colours.blue : colours.orange;
    dot(data.X[sample], 4);
    context.lineWidth = 1.4;
    context.fillStyle = trained.has(sample) ? colour : colours.ground;
    context.strokeStyle = trained.has(sample) ? colours.ground : colour;
    context.fill();
    context.stroke();
  }
  if (data.X[chosen]) {
    dot(data.X[chosen], 9);
    context.lineWidth = 2.5;
    context.strokeStyle = colours.ink;
    context.stroke();
  }
  if (cross) {
    const [x, y] = place(cross);
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x - 9, y);
    context.lineTo(x + 9, y);
    context.moveTo(x, y - 9);
    context.lineTo(x, y + 9);
    context.stroke();
  }
}
