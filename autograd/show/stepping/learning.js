// ── Learning: v′ = v − η·∂L/∂v for the leaves that learn, again and again, and what becomes of the loss ───────

const MOST_UNDONE = 1000;  // steps that can be taken back
const CURVE = { width: 150, height: 34, most: 300 };  // points of the curve of the loss

class Learning {
  constructor(graph, learn, onChange) {
    Object.assign(this, { graph, learn, onChange });
    this.past = [];
    this.losses = [graph.values[graph.root]];
    this.timer = null;
    this.field = element("input", { type: "text", inputmode: "decimal", size: 6, "aria-label": "Learning rate η",
      onchange: () => this.take(typedNumber(this.field.value)) });
    this.slider = element("input", { type: "range", min: -80, max: 40, "aria-label": "Learning rate η, by tens", tabindex: -1,
      oninput: () => this.take(Number((10 ** (this.slider.value / 20)).toPrecision(2))) });
    this.undo = this.button("Undo", "The step before", () => this.back());
    this.play = this.button("Learn", "Steps, one after the other", () => this.toggle());
    this.curve = element("span", { class: "cg-curve", role: "img" });
    this.element = element("div", { class: "cg-leaf cg-learning", role: "group", "aria-label": "Gradient descent" },
      element("span", { class: "cg-leaf-name" }, "η"), this.field, this.slider,
      this.button("Step", "v′ = v − η·∂/∂v for each number that learns", () => this.step()), this.play, this.undo, this.curve);
    graph.learning = { rate: 0.1, learn: new Set(learn) };
    this.show();
  }

  button(text, title, onclick) { return element("button", { type: "button", title, onclick }, text); }

  take(rate) {
    if (rate > 0 && Number.isFinite(rate)) this.graph.learning.rate = rate;
    this.onChange();
  }

  step() {
    const { graph, learn } = this;
    this.past.push(learn.map((node) => graph.values[node]));
    if (this.past.length > MOST_UNDONE) this.past.shift();
    for (const node of learn) graph.values[node] -= graph.learning.rate * graph.gradients[node];
    graph.compute();
    this.losses.push(graph.values[graph.root]);
    if (!Number.isFinite(this.losses.at(-1))) this.pause();
    this.onChange();
  }

  back() {
    this.pause();
    const before = this.past.pop();
    if (!before) return;
    this.learn.forEach((node, place) => { this.graph.values[node] = before[place]; });
    this.losses.pop();
    this.onChange();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.show();
  }

  toggle() {
    if (this.timer) return this.pause();
    this.timer = setInterval(() => this.step(), 60);
    this.show();
  }

  /* A leaf was changed by hand: what was learned is another story. */
  restart() {
    this.past = [];
    this.losses = [];
  }

  show() {
    const { rate } = this.graph.learning;
    if (document.activeElement !== this.field) this.field.value = shortNumber(rate);
    this.slider.value = Math.round(20 * Math.log10(rate));
    this.undo.disabled = !this.past.length;
    this.play.textContent = this.timer ? "Pause" : "Learn";
    const loss = this.graph.values[this.graph.root];
    if (!this.losses.length) this.losses.push(loss);
    this.curve.innerHTML = this.losses.length > 1 ? curveSvg(this.losses.slice(-CURVE.most)) : "";
    this.curve.setAttribute("aria-label", `${this.graph.names[this.graph.root]} after ${this.losses.length - 1} steps: ${number(loss).text}`);
  }
}

function curveSvg(losses) {
  const { width, height } = CURVE;
  const finite = losses.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const x = (place) => (2 + ((width - 4) * place) / (losses.length - 1)).toFixed(1);
  const y = (loss) => (height - 3 - (height - 6) * (high > low ? (loss - low) / (high - low) : 0)).toFixed(1);
  const points = losses.map((loss, place) => (Number.isFinite(loss) ? `${x(place)},${y(loss)}` : "")).join(" ");
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><polyline points="${points}"/></svg>`;
}
