// ── What if: the inputs of a row are moved, and the network answers ────────────────────────────────────────
// It is given what `what_if_data` in what_if.py makes: the network as a graph, the columns with their preparation, rows.

/* The network with the preparation of the model: cells go in; answers, shares and pushes come out. */
class Network {
  constructor({ graph, rules, ...data }) {
    Object.assign(this, data);
    this.computation = new Computation(graph, rules);
  }

  /* What the network reads: for a number its standardised value, for a category one input for each that is known. */
  prepared(cells) {
    return this.columns.flatMap(({ known, median, mean, scale }, place) => known
      ? known.map((_, category) => Number(category === cells[place]))
      : [((cells[place] ?? median) - mean) / scale]);
  }

  take(cells) {
    const { values } = this.computation;
    this.prepared(cells).forEach((x, place) => { values[this.inputs[place]] = x; });
    this.computation.forwardPass();
    const at = (places) => places.map((place) => values[place]);
    const outputs = at(this.outputs);
    this.shown = at(this.shares);
    this.best = this.threshold === null ? outputs.indexOf(Math.max(...outputs)) : Number(outputs[0] > this.threshold);
  }

  get answer() { return this.classes.length ? this.classes[this.best] : this.shown[0]; }

  /* For each column the sum of input × gradient over its inputs, of one of the shares. */
  pushes(share) {
    const gradients = this.computation.gradientsOf(this.shares[share]);
    const parts = this.inputs.map((place) => this.computation.values[place] * gradients[place]);
    let next = 0;
    return this.columns.map(({ known }) => parts.slice(next, (next += known ? known.length : 1)).reduce((sum, part) => sum + part, 0));
  }
}

/* What a text or a number stands for in a column of numbers: null for nothing, NaN for what is no number. */
function cellOf(cell, { marks, usual, numbers }) {
  const text = String(cell).trim();
  if (marks.includes(text) || usual.includes(text.toLowerCase())) return null;
  const x = typeof cell === "number" ? cell : typedNumber(text);
  return numbers.includes(x) ? null : x;
}

/* A number to be slid or typed; an empty field is a missing cell, as are the marks for one. */
class NumberInput {
  constructor(column, onChange) {
    Object.assign(this, { column, onChange });
    const { name, low, high, median } = column;
    this.unit = column.whole ? 1 : 10 ** Math.floor(Math.log10((high - low) / 100 || 1));
    this.slider = element("input", { type: "range", min: 0, max: 400, "aria-label": `Slide ${name}`,
      oninput: () => this.take(Math.round((low + (high - low) * (this.slider.value / 400)) / this.unit) * this.unit) });
    this.field = element("input", { type: "text", inputmode: "decimal", "aria-label": `Value of ${name}`, placeholder: shortNumber(median),
      title: `${shortNumber(low)} to ${shortNumber(high)} in the training set; empty is missing, for which the median stands`,
      onchange: () => this.typed() });
    this.parts = [this.slider, this.field];
  }

  typed() {
    const x = cellOf(this.field.value, this.column.nothing);
    const bad = x !== null && !Number.isFinite(x);
    this.field.setAttribute("aria-invalid", bad);
    if (!bad) this.take(x);
  }

  take(x) { this.onChange(x === null ? null : cellOf(Number(x.toPrecision(12)), this.column.nothing)); }

  show(x) {
    const { low, high, median } = this.column;
    this.field.value = x === null ? "" : shortNumber(x);
    this.field.removeAttribute("aria-invalid");
    this.slider.value = high > low ? 400 * (((x ?? median) - low) / (high - low)) : 200;
  }
}

/* A category to be chosen. */
class CategoryInput {
  constructor({ name, known }, onChange) {
    const options = known.map((text, place) => element("option", { value: place }, text));
    this.list = element("select", { "aria-label": `Value of ${name}`, onchange: () => onChange(Number(this.list.value)) },
      ...options, element("option", { value: -1 }, "(none of these)"));
    this.parts = [this.list];
  }

  show(place) { this.list.value = place; }
}

/* A bar from the middle, to the right for what raises. */
function pushBar(push, most) {
  const width = most ? 50 * Math.abs(push) / most : 0;
  const bar = element("span", { class: push < 0 ? "wi-lowers" : "wi-raises" });
  bar.style.cssText = `width: ${width}%; ${push < 0 ? "right" : "left"}: 50%`;
  return bar;
}

const inPercent = (p) => `${(100 * p).toFixed(1)} %`;

/* The neurons of the network at these numbers, to be stepped through: built when they are first asked for. */
class NeuronView {
  constructor({ neurons, targets, classes, target }) {
    Object.assign(this, { neurons, targets, classes, target });
    this.about = element("p", { class: "wi-told" });
    this.holder = element("div", { class: "chalkgrad wi-neurons", hidden: "" });
    this.button = element("button", { type: "button", "aria-expanded": false, onclick: () => this.toggle() }, "Open its neurons");
    this.element = element("div", {}, this.about, this.holder);
  }

  /* What the leaves are: what the network reads, and the answer that it should give, as the loss takes it. */
  take(inputs, right) {
    const wanted = this.classes.length ? this.targets[this.classes.indexOf(right)] : [(right - this.targets.mean) / this.targets.scale];
    this.numbers = [...this.neurons.inputs.map((place, at) => [place, inputs[at]]), ...this.neurons.targets.map((place, at) => [place, wanted[at]])];
    if (!this.holder.hidden) this.stepper.take(this.numbers);
  }

  toggle() {
    const open = this.holder.hidden;
    this.holder.hidden = !open;
    this.button.setAttribute("aria-expanded", open);
    this.button.textContent = open ? "Close its neurons" : "Open its neurons";
    this.about.textContent = !open ? "" : "Every box is an input or a neuron, with its weights in the formula; L is the loss, and t what the"
      + ` ${this.target} of the table is for it. Inputs are what the network reads: numbers in standard deviations from the mean.`;
    if (!open) return;
    this.stepper ??= this.made();
    this.stepper.take(this.numbers);
    this.stepper.toResult();
  }

  made() {
    const bytes = Array.from(new TextEncoder().encode(this.neurons.svg), (byte) => String.fromCharCode(byte)).join("");
    const picture = element("img", { src: `data:image/svg+xml;base64,${btoa(bytes)}`, alt: "The neurons of the network, with their values and gradients" });
    this.holder.append(element("div", { class: "cg-still" }, picture));
    return stepper(this.holder, this.neurons);
  }
}

function whatIf(root, data) {
  const network = new Network(data);
  const { columns, classes, rows, probable } = network;
  let row;
  let cells;
  let chosen;  // the class whose probability is explained; undefined: the one that is answered

  const inputs = columns.map((column, place) => new (column.known ? CategoryInput : NumberInput)(column, (cell) => {
    cells[place] = cell;
    show();
  }));
  const pushed = columns.map(() => [element("span", { class: "wi-track" }), element("span", { class: "wi-number" })]);
  const table = element("div", { class: "wi-inputs", role: "group", "aria-label": "Inputs" },
    ...columns.map(({ name }, place) => element("div", { class: "wi-input" },
      element("span", { class: "wi-name", title: name }, name),
      element("span", { class: "wi-change" }, ...inputs[place].parts), ...pushed[place])));

  // The rows, those that were answered wrongly first.
  const spoken = (answer) => (typeof answer === "number" ? shortNumber(answer) : answer);
  const option = (place) => element("option", { value: place }, `line ${rows[place].line}: ${spoken(rows[place].true)}`);
  const places = [...rows.keys()];
  const group = (label, some) => (some.length ? [element("optgroup", { label }, ...some.map(option))] : []);
  const wrong = places.filter((place) => rows[place].wrong);
  const chooser = element("select", { "aria-label": "Test row", onchange: () => take(Number(chooser.value)) },
    ...(classes.length ? [...group("answered wrongly", wrong), ...group("answered rightly", places.filter((place) => !rows[place].wrong))]
      : group("the worst answers first", places)));
  const step = () => take((row + 1) % (wrong.length || rows.length));

  const answer = element("p", { class: "wi-answer", "aria-live": "polite" });
  const truth = element("p", { class: "wi-truth" });
  const named = `wi-${Math.random()}`;
  const shares = probable ? classes.map((name, place) => ({
    radio: element("input", { type: "radio", name: named, onchange: () => { chosen = place; show(); } }),
    bar: element("span", { class: "wi-share" }), number: element("span", { class: "wi-number" }), name,
  })) : [];
  const about = element("p", { class: "wi-about" });

  function take(place) {
    row = place;
    cells = [...rows[row].cells];
    chosen = undefined;
    chooser.value = row;
    show();
  }

  function show() {
    network.take(cells);
    const share = probable ? chosen ?? network.best : 0;
    const pushes = network.pushes(share);
    const most = Math.max(...pushes.map(Math.abs).filter(Number.isFinite));
    inputs.forEach((input, place) => input.show(cells[place]));
    pushed.forEach(([track, text], place) => {
      track.replaceChildren(pushBar(pushes[place], most));
      text.textContent = number(pushes[place], 2).text;
    });
    shares.forEach(({ radio, bar, number: text }, place) => {
      radio.checked = place === share;
      bar.style.setProperty("--share", network.shown[place]);
      text.textContent = inPercent(network.shown[place]);
    });
    const { true: right, cells: first } = rows[row];
    view?.take(network.prepared(cells), right);
    const moved = cells.some((cell, place) => cell !== first[place]);
    answer.replaceChildren(`${data.target}: `, element("b", {}, spoken(network.answer)));
    truth.textContent = moved ? `(not the row of the table any more, whose ${data.target} is ${spoken(right)})`
      : `In the table it is ${spoken(right)}.`;
    back.disabled = !moved;
    const what = probable ? `the probability of ${classes[share]}` : classes.length ? `the score, which above ${network.threshold} means ${classes[1]}`
      : data.target;
    about.textContent = `The bars are input × gradient for ${what}: what the network reads (a number in standard deviations from the`
      + " mean) times the derivative there. To the right raises it, to the left lowers it. They say how it leans at this very point, and name no causes.";
  }

  const { trouble } = data.neurons;
  const view = trouble ? null : new NeuronView(data);
  const back = element("button", { type: "button", onclick: () => take(row) }, "Back to the row");
  const next = element("button", { type: "button", onclick: step }, wrong.length ? "Next that was answered wrongly" : "Next row");
  root.querySelector(".cg-still").hidden = true;
  root.append(element("section", { class: "cg-player what-if", "aria-label": "What if" },
    element("div", { class: "wi-row" }, element("label", {}, "Test row ", chooser), next, ...(view ? [view.button] : []), back),
    element("div", { class: "wi-said" }, answer, truth,
      ...shares.map(({ radio, bar, number: text, name }) => element("label", { class: "wi-class" },
        radio, element("span", { class: "wi-name", title: name }, name), bar, text))),
    table, about, view ? view.element : element("p", { class: "wi-told" }, trouble)));
  take(0);
}
