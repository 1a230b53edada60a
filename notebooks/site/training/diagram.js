/* The network as a drawing: a small map for each neuron, and a line for each connection, as wide as its weight is large
   and in the colour of its sign. Lines are drawn on one canvas, and found again by where the pointer is. */

const NEAR = 7;  // pixels from a line at which it is meant

class Diagram {
  /* Args: where it is; `onChoose(link)`, of what is clicked; `onPoint(neuron or null)`, of what is pointed at. */
  constructor(place, onChoose, onPoint) {
    this.place = place;
    this.onChoose = onChoose;
    this.onPoint = onPoint;
    this.lines = place.querySelector("canvas");
    this.tip = place.querySelector(".tip");
    this.nodes = place.querySelector(".nodes");
    place.addEventListener("pointermove", (event) => this.pointed(event));
    place.addEventListener("pointerleave", () => this.point(null));
    this.nodes.addEventListener("keydown", (event) => this.key(event));
    this.lines.addEventListener("click", (event) => {
      const link = this.linkAt(event);
      if (link) onChoose(link);
    });
  }

  /* Another shape: its neurons as buttons, with the canvases of their maps. */
  build(shape) {
    this.shape = shape;
    this.pointedAt = null;
    this.planes = [];
    this.buttons = [];
    this.nodes.replaceChildren(
      ...shape.columns.flatMap((names, layer) => names.map((name, neuron) => {
        const button = document.createElement(layer ? "button" : "span");
        const canvas = document.createElement("canvas");
        const label = document.createElement("span");
        button.className = "neuron";
        label.textContent = name;
        canvas.setAttribute("aria-hidden", "true");
        button.append(canvas, label);
        if (layer) {
          const link = shape.links[shape.index(layer, neuron, null)];
          button.type = "button";
          button.tabIndex = layer === 1 && neuron === 0 ? 0 : -1;
          button.setAttribute("aria-label", `Neuron ${name}: its bias`);
          button.addEventListener("click", () => this.onChoose(link));
          button.addEventListener("focus", () => this.onPoint({ layer, neuron }));
          button.addEventListener("blur", () => this.onPoint(null));
        }
        button.addEventListener("pointerenter", () => this.onPoint({ layer, neuron }));
        button.addEventListener("pointerleave", () => this.onPoint(null));
        this.planes.push({ layer, neuron, plane: new Plane(canvas) });
        this.buttons.push({ layer, neuron, button });
        return button;
      })),
    );
    this.lay();
  }

  /* One neuron can be reached by Tab, the others from there by arrow keys. */
  key(event) {
    const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    const here = this.buttons.find(({ button }) => button === event.target);
    if (!here || !(across || down)) return;
    const layer = here.layer + across;
    const neuron = Math.min(here.neuron + down, (this.shape.sizes[layer] ?? 0) - 1);
    const there = this.buttons.find((each) => each.layer === layer && each.neuron === neuron && layer > 0);
    event.preventDefault();
    if (!there) return;
    here.button.tabIndex = -1;
    there.button.tabIndex = 0;
    there.button.focus();
  }

  /* Put everything where it belongs in the size of now. */
  lay() {
    const [width, height] = [this.place.clientWidth, this.place.clientHeight];
    const columns = this.shape.sizes.length;
    const most = Math.max(...this.shape.sizes);
    const room = (height - 28) / most;  // from one neuron to the next
    const named = room >= 42;
    const size = (this.size = Math.max(12, Math.min(60, room - (named ? 18 : 4), width / columns / 2.2)));
    const left = size / 2 + 2, right = size / 2 + 26;
    this.spots = this.shape.sizes.map((count, layer) => {
      const step = Math.min(room, size + Math.max(22, size / 1.6));
      const x = left + (layer / (columns - 1)) * (width - left - right);
      return Array.from({ length: count }, (_, place) => ({ x, y: height / 2 + (place - (count - 1) / 2) * step }));
    });
    this.nodes.classList.toggle("tight", !named);
    for (const { layer, neuron, button } of this.buttons) {
      const { x, y } = this.spots[layer][neuron];
      Object.assign(button.style, { left: `${x - size / 2}px`, top: `${y - size / 2}px`, width: `${size}px`, height: `${size}px` });
    }
  }

  /* The maps of all neurons, from a field. */
  showMaps(field, colours) {
    for (const { layer, neuron, plane } of this.planes) plane.show(field.of(layer, neuron), colours);
  }

  showLinks(parameters, chosen, colours) {
    this.parameters = parameters;
    const { context } = sharp(this.lines);
    let most = 0.5;
    for (const p of parameters) if (Math.abs(p) > most) most = Math.abs(p);
    for (const { index, layer, neuron, input } of this.shape.links) {
      if (input === null) continue;
      const share = Math.abs(parameters[index]) / most;
      const meant = index === chosen || index === this.pointedAt?.index;
      context.globalAlpha = meant ? 1 : 0.15 + 0.7 * share;
      context.lineWidth = meant ? 3 + 4 * share : 0.5 + 4.5 * share;
      context.strokeStyle = index === chosen ? colours.ink : colours.of(parameters[index]);
      this.trace(context, layer, neuron, input);
    }
  }

  trace(context, layer, neuron, input) {
    const from = this.spots[layer - 1][input], to = this.spots[layer][neuron];
    const [x0, x1] = [from.x + this.size / 2, to.x - this.size / 2];
    const middle = (x0 + x1) / 2;
    context.beginPath();
    context.moveTo(x0, from.y);
    context.bezierCurveTo(middle, from.y, middle, to.y, x1, to.y);
    context.stroke();
  }

  /* The connection that a pointer means: the nearest; all lines of a gap are where they are at the same part of the way. */
  linkAt({ clientX, clientY }) {
    const box = this.place.getBoundingClientRect();
    const [x, y] = [clientX - box.left, clientY - box.top];
    for (let layer = 1; layer < this.spots.length; layer++) {
      const x0 = this.spots[layer - 1][0].x + this.size / 2, x1 = this.spots[layer][0].x - this.size / 2;
      if (x < x0 || x > x1) continue;
      const t = partOfWay((x - x0) / (x1 - x0));
      const rise = t * t * (3 - 2 * t);
      let best = null, nearest = NEAR;
      for (const link of this.shape.links) {
        if (link.layer !== layer || link.input === null) continue;
        const from = this.spots[layer - 1][link.input].y, to = this.spots[layer][link.neuron].y;
        const steep = ((to - from) * 6 * t * (1 - t)) / ((x1 - x0) * (1.5 - 3 * t + 3 * t * t));
        const away = Math.abs(from + (to - from) * rise - y) / Math.hypot(1, steep);
        if (away < nearest) [best, nearest] = [link, away];
      }
      return best;
    }
    return null;
  }

  pointed(event) {
    this.point(event.target === this.lines ? this.linkAt(event) : null);
    if (!this.pointedAt) return;
    const box = this.place.getBoundingClientRect();
    this.tip.textContent = `${this.shape.label(this.pointedAt)} = ${shownNumber(this.parameters[this.pointedAt.index])}`;
    this.tip.style.left = `${Math.min(event.clientX - box.left + 12, box.width - this.tip.offsetWidth)}px`;
    this.tip.style.top = `${Math.max(0, event.clientY - box.top - 34)}px`;
  }

  point(link) {
    if (link?.index === this.pointedAt?.index) return;
    this.pointedAt = link;
    this.tip.hidden = !link;
    this.lines.style.cursor = link ? "pointer" : "";
    this.place.dispatchEvent(new Event("repaint"));
  }
}

/* t with 1.5t(1 − t) + t³ = share, which is where a line has gone that share of its way to the right, by halving. */
function partOfWay(share) {
  let [low, high] = [0, 1];
  for (let turn = 0; turn < 24; turn++) {
    const t = (low + high) / 2;
    const x = 1.5 * t * (1 - t) + t * t * t;
    if (x < share) low = t;
    else high = t;
  }
  return (low + high) / 2;
}
