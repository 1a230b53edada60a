/* What is trained now, the loop that trains and draws, and what is said of a connection. */

const byId = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const SLICE = 12;  // milliseconds of training, then the page may do something else
const BETWEEN_PICTURES = 75;  // milliseconds
const PACES = { slow: 1, steady: 20, full: Infinity };  // steps a second
const AFRESH = ["data", "samples", "noise", "layers", "width", "activation", "seed"];  // what training starts over for

const state = { ...fromAddress(location.hash), playing: false, link: undefined, sample: undefined, pointed: null };
let programs, shape, trainer, coarse, fine, colours;

const explanation = new Explanation(byId("panel"), PROGRAMS.runtime);
const diagram = new Diagram(byId("diagram"), ask, (neuron) => {
  state.pointed = neuron;
  repaint();
});
const plane = new Plane(byId("map"));
const painting = new Painting(byId("points"), {
  points: () => trainer.data,
  own: () => state.settings.data === "own",
  changed: (points) => {
    state.points = points;
    state.sample = undefined;
    state.link = undefined;
    explanation.close();
    trainer.useData(dataOfNow());
    share();
    repaint();
  },
  chosen: (sample) => {
    state.sample = sample;
    repaint();
    if (state.link) again();
    else say("A sample is chosen. Click a connection, and read its gradient on this sample.");
  },
  repaint: () => repaint(),
});

function say(words, trouble = false) {
  byId("status").textContent = words;
  byId("status").classList.toggle("trouble", trouble);
}

// ── What is trained ────────────────────────────────────────────────────────────────────────────────────────────

function dataOfNow() {
  const { data, samples, noise, test, seed } = state.settings;
  const points = data === "own" ? state.points : DATA[data](samples, noise, new Random(seed));
  return { ...points, ...split(points.y.length, test) };
}

/* All lifted programs, as text by their names. */
async function unpackedPrograms() {
  const bytes = Uint8Array.from(atob(PROGRAMS.packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

const compiled = {};

/* The lifted program of the structure of now: (count) => network. */
function programOfNow() {
  const { layers, width, activation, loss } = state.settings;
  const name = layers ? `${activation} ${loss} ${layers}x${width}` : `${loss} 0`;
  return (compiled[name] ??= new Function(`"use strict"; return (${programs[name]});`)());
}

function begin() {
  const { settings } = state;
  shape = new Shape(settings);
  state.sample = undefined;
  const random = new Random(settings.seed + 1_000_003);
  const parameters = firstParameters(shape.sizes, PROGRAMS.initialisers[settings.activation], random);
  trainer = new Trainer(programOfNow(), parameters, settings, random);
  trainer.useData(dataOfNow());
  useFields();
  diagram.build(shape);
  byId("links").replaceChildren(...shape.links.map((link) => new Option(shape.label(link), link.index)));
  explanation.close();
  state.link = undefined;
  repaint();
}

function useFields() {
  coarse = new Field(trainer.program, shape, state.settings, GRID);
  fine = undefined;
}

// ── The loop ───────────────────────────────────────────────────────────────────────────────────────────────────

const pace = { since: 0, steps: 0, due: 0 };
let drawn = 0;

function play() {
  if (trainer.trouble) begin();
  if (!trainer.data.train.length) return say("There are no points yet: click into the map, or draw there.");
  state.playing = true;
  Object.assign(pace, { since: performance.now(), steps: 0, due: performance.now() });
  tellPlaying();
  say("Training.");
  if (state.link) explanation.wait();
  turn();
}

function pause() {
  if (!state.playing) return;
  state.playing = false;
  tellPlaying();
  repaint();
  say(`Paused in epoch ${trainer.epoch}.`);
}

function tellPlaying() {
  byId("play").firstElementChild.textContent = state.playing ? "❚❚" : "▶";
  byId("play-word").textContent = state.playing ? "Pause" : "Train";
  document.body.dataset.training = state.playing ? "on" : "off";
}

const channel = new MessageChannel();  // comes back sooner than a timer, and lets the page be drawn in between
channel.port1.onmessage = () => turn();

/* As many steps as are due, for a slice of time; and a picture now and then. */
function turn() {
  if (!state.playing) return;
  const rate = PACES[state.settings.speed];
  const began = performance.now();
  let now = began;
  while (state.playing && now - began < SLICE && now >= pace.due) {
    if (!stepOnce()) break;
    pace.steps++;
    now = performance.now();
    pace.due = rate === Infinity ? now : Math.max(pace.due + 1000 / rate, now - 1000 / rate);
  }
  if (now - drawn > BETWEEN_PICTURES) {
    drawn = now;
    paint();  // at once: frames come late to a page that is busy
  }
  if (!state.playing) return;
  if (rate === Infinity) channel.port2.postMessage(null);
  else setTimeout(turn, Math.max(0, Math.min(pace.due - performance.now(), 100)));
}

/* One step; where there is no finite one, training ends with a word. */
function stepOnce() {
  if (trainer.step()) return true;
  pause();
  if (state.link) explanation.ended();
  if (trainer.trouble) say(`${trainer.trouble} ${remedy()} “Train” starts over.`, true);
  else say("There are no points to train on.");
  return false;
}

function remedy() {
  return `A rate of ${state.settings.rate} is too large here: try ${Number((state.settings.rate / 10).toPrecision(2))}.`;
}

// ── The picture ────────────────────────────────────────────────────────────────────────────────────────────────

let asked = 0;
const repaint = () => (asked ||= requestAnimationFrame(() => {
  asked = 0;
  paint();
}));

function paint() {
  const { pointed } = state;
  coarse.compute(trainer.parameters);
  diagram.showMaps(coarse, colours);
  diagram.showLinks(trainer.parameters, state.link?.index, colours);
  const shown = pointed ?? { layer: shape.sizes.length - 1, neuron: 0 };
  const field = state.playing ? coarse : (fine ??= new Field(trainer.program, shape, state.settings, FINE));
  field.compute(trainer.parameters);
  plane.show(field.of(shown.layer, shown.neuron), colours);
  const isScore = shown.layer === shape.sizes.length - 1;
  const name = `${shown.layer ? "Neuron" : "Input"} ${shape.columns[shown.layer][shown.neuron]}`;
  byId("map-title").textContent = `${isScore ? "The score" : name}, over the plane`;
  drawPoints(byId("points"), trainer.data, state.sample, painting.cross, colours);
  drawCurves(byId("curves"), trainer.curve, colours);
  tellNumbers();
}


function tellNumbers() {
  const { train, test } = trainer.measured();
  byId("epoch").textContent = trainer.epoch.toLocaleString("en");
  byId("loss").textContent = shownLoss(train.loss);
  byId("accuracy").textContent = percent(train.accuracy);
  byId("test-loss").textContent = shownLoss(test?.loss);
  byId("test-accuracy").textContent = percent(test?.accuracy);
  for (const part of all(".of-test")) part.hidden = !test;
  const onTest = test ? `, on the test ${shownLoss(test.loss)}` : "";
  byId("curves").setAttribute("aria-label", `Losses over ${trainer.epoch} epochs: now ${shownLoss(train.loss)}${onTest}`);
  const since = performance.now() - pace.since;
  if (!state.playing || since < 500) return;
  byId("pace").textContent = Math.round((1000 * pace.steps) / since).toLocaleString("en");
  if (since > 2000) Object.assign(pace, { since: performance.now(), steps: 0 });
}

// ── A gradient, path by path ───────────────────────────────────────────────────────────────────────────────────

function ask(link) {
  const { settings } = state;
  if (!trainer.data.train.length) return say("There are no points yet, so there is no loss to explain.");
  pause();
  state.link = link;
  state.sample ??= trainer.worst();
  const x = trainer.data.X[state.sample];
  const y = TARGETS[settings.loss][trainer.data.y[state.sample]];
  const { loss, gradient, watched } = trainer.alone(state.sample);
  if (!Number.isFinite(loss)) return say("The loss of this sample is no finite number: there is no gradient.", true);
  const outputs = shape.columns.map((names, layer) => names.map((_, place) => watched[(layer - 1) * settings.width + place]));
  const mean = trainer.meanGradient()[link.index];
  const about = { label: shape.label(link), value: trainer.parameters[link.index], loss, gradient: gradient[link.index], mean };
  const question = new Question(shape, trainer.parameters, link, { x, y }, settings, outputs);
  byId("links").value = link.index;
  const numbers = Object.entries({ "x₁": x[0], "x₂": x[1], y }).map(([name, number]) => `${name} = ${shownNumber(number)}`);
  byId("sample").textContent = `The sample in the circle: ${numbers.join(", ")}. Click another point in the map, and it is that one’s.`;
  explanation.show(about, question.text(), dark());
  repaint();
}

/* What the panel says, for the numbers of now. */
function again() {
  if (state.link) ask(state.link);
}
