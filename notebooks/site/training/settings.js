/* What can be set, what is usual, and how an address holds it. An address is someone else's text: what is not one of
   the choices, or no number in its range, is left at what is usual, and named. */

const SETTINGS = {
  data: { choices: { moons: "Moons", circles: "Circles", xor: "XOR", spirals: "Spirals", own: "Your own" }, usual: "spirals" },
  samples: { from: 20, to: 500, step: 10, usual: 200 },
  noise: { from: 0, to: 1, step: 0.05, usual: 0.1 },
  test: { from: 0, to: 0.5, step: 0.05, usual: 0.2 },
  layers: { from: 0, to: 3, step: 1, usual: 2 },
  width: { from: 1, to: 16, step: 1, usual: 8, only: PROGRAMS.widths },
  activation: { choices: { tanh: "tanh", sigmoid: "Sigmoid", relu: "ReLU", silu: "SiLU" }, usual: "tanh" },
  loss: { choices: { cross_entropy: "Cross-entropy", squared_error: "Squared error", hinge: "Hinge" }, usual: "cross_entropy" },
  optimiser: { choices: { descent: "Gradient descent", momentum: "Momentum", adam: "Adam" }, usual: "adam" },
  rate: { from: 1e-5, to: 100, usual: 0.03 },
  batch: { from: 0, to: 500, step: 1, usual: 0 },  // 0: all samples in each step
  penalty: { from: 0, to: 1, usual: 0 },
  seed: { from: 0, to: 999_999, step: 1, usual: 1 },
  speed: { choices: { slow: "1 step a second", steady: "20 steps a second", full: "As fast as it goes" }, usual: "full" },
};

const usualSettings = () => Object.fromEntries(Object.entries(SETTINGS).map(([name, { usual }]) => [name, usual]));

/* A setting as it is meant by a text, or undefined. */
function readSetting(name, text) {
  const { choices, from, to, step, only } = SETTINGS[name];
  if (choices) return Object.hasOwn(choices, text) ? text : undefined;
  const read = text.trim() === "" ? NaN : Number(text.replace("−", "-").replace(",", "."));
  const between = step && Math.abs(Math.round(read / step) * step - read) > 1e-9;  // what its field could not show
  if (!(read >= from && read <= to) || between) return undefined;
  return only && !only.includes(read) ? undefined : read;
}

/* Points of the reader's own: five letters each, place and class, so that what is shared is what was there. */
const POINT = /([0-9a-f]{2})([0-9a-f]{2})([op])/g;
const MOST_POINTS = 400;

const onLattice = (x) => Math.max(0, Math.min(255, Math.round(((x + EDGE) / (2 * EDGE)) * 255)));
const fromLattice = (place) => (place / 255) * 2 * EDGE - EDGE;
const snapped = (x) => fromLattice(onLattice(x));

function packedPoints({ X, y }) {
  const hex = (x) => onLattice(x).toString(16).padStart(2, "0");
  return X.map(([a, b], place) => hex(a) + hex(b) + (y[place] ? "p" : "o")).join("");
}

function unpackedPoints(text) {
  const found = [...text.matchAll(POINT)];
  if (found.length * 5 !== text.length || found.length > MOST_POINTS) return undefined;
  return { X: found.map(([, a, b]) => [a, b].map((hex) => fromLattice(parseInt(hex, 16)))), y: found.map(([, , , c]) => Number(c === "p")) };
}

function addressOf(settings, points) {
  const given = new URLSearchParams(settings);
  if (settings.data === "own") given.set("points", packedPoints(points));
  return `#${given}`;
}

/* The settings and points of an address, and the names of what could not be taken from it. */
function fromAddress(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const settings = usualSettings();
  const refused = [];
  let points = { X: [], y: [] };
  for (const [name, text] of given) {
    const read = name === "points" ? unpackedPoints(text) : Object.hasOwn(SETTINGS, name) ? readSetting(name, text) : undefined;
    if (read === undefined) refused.push(name.slice(0, 20));
    else if (name === "points") points = read;
    else settings[name] = read;
  }
  return { settings, points, refused };
}
