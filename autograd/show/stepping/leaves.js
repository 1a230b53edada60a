// ── The leaves, to be changed: typed, slid, stepped by keys, dragged on their cards ─────────────────────────

const MOST_FIELDS = 60;  // leaves with a field of their own; the others can be dragged

/* One leaf: its number, the one that it had at first, and a range that is sensible around it. */
class Leaf {
  constructor(graph, node, onChange) {
    Object.assign(this, { graph, node, onChange });
    this.begin();
  }

  /* What it has now is what it is reset to. */
  begin() {
    this.first = this.value;
    const reach = Number.isFinite(this.first) ? Math.max(1, 2 * Math.abs(this.first)) : 1;
    const middle = Number.isFinite(this.first) ? this.first : 0;
    this.range = [middle - reach, middle + reach];
    this.unit = 10 ** Math.round(Math.log10(reach / 100));  // what one step of a key is
  }

  get value() { return this.graph.values[this.node]; }

  set(x) {
    this.graph.values[this.node] = x;
    this.onChange();
  }

  /* So many steps on from a number, on the grid of the unit, so that no digits pile up. */
  moved(from, steps, finer) {
    const unit = finer ? this.unit / 10 : this.unit;
    this.set(Math.round((from + steps * unit) / unit) * unit);
  }
}

class LeafField {
  constructor(leaf, name, nameHtml) {
    this.leaf = leaf;
    this.field = element("input", {
      type: "text", inputmode: "decimal", size: 8, "aria-label": `Value of ${name}`, title: "Type a number, or ↑ ↓; Alt is finer",
      onchange: () => this.take(), onkeydown: (event) => this.key(event),
    });
    this.slider = element("input", {
      type: "range", min: 0, max: 400, "aria-label": `Slide ${name}`, tabindex: -1, oninput: () => this.slide(),
    });
    this.back = element("button", { type: "button", "aria-label": `Back to the first number of ${name}`, title: "Back",
      onclick: () => leaf.set(leaf.first) }, "↺");
    this.trouble = element("span", { class: "cg-trouble", role: "alert" });
    const label = element("span", { class: "cg-leaf-name" });
    label.innerHTML = nameHtml;
    this.element = element("div", { class: "cg-leaf" }, label, this.field, this.slider, this.back, this.trouble);
    this.show();
  }

  take() {
    const x = typedNumber(this.field.value);
    const bad = !Number.isFinite(x);
    this.trouble.textContent = bad ? "no number" : "";
    this.field.setAttribute("aria-invalid", bad);
    if (!bad) this.leaf.set(x);
  }

  key(event) {
    const steps = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (event.key === "Enter") this.take();
    if (!steps) return;
    event.preventDefault();
    this.leaf.moved(this.leaf.value, steps, event.altKey);
    this.write();
  }

  slide() {
    const [low, high] = this.leaf.range;
    this.leaf.moved(low + (high - low) * (this.slider.value / 400), 0, true);
  }

  write() {
    this.field.value = shortNumber(this.leaf.value);
    this.trouble.textContent = "";
    this.field.removeAttribute("aria-invalid");
  }

  /* What the leaf has now; a field that is being typed in is left alone. */
  show() {
    const { value, range, first } = this.leaf;
    const [low, high] = range;
    if (document.activeElement !== this.field) this.write();
    this.slider.value = 400 * ((value - low) / (high - low));
    this.back.disabled = Object.is(value, first);
  }
}

/* Dragging a leaf's card sideways changes its number: one step of its unit in four pixels; with Alt a tenth of it. */
function dragging(paper, leaves) {
  let held = null;
  const leafAt = (event) => leaves.get(event.target.closest("g.node")?.dataset.part);
  paper.addEventListener("pointerdown", (event) => {
    const leaf = event.button === 0 && leafAt(event);
    if (leaf) held = { leaf, from: leaf.value, x: event.clientX, moved: false };
  });
  paper.addEventListener("pointermove", (event) => {
    if (!held) return;
    const way = event.clientX - held.x;
    if (!held.moved && Math.abs(way) < 4) return;
    if (!held.moved) paper.setPointerCapture(event.pointerId);
    held.moved = true;
    event.preventDefault();
    held.leaf.moved(held.from, Math.round(way / 4), event.altKey);
  });
  const release = () => {
    const moved = held?.moved;
    held = null;
    if (moved) paper.addEventListener("click", (event) => event.stopPropagation(), { capture: true, once: true });
  };
  paper.addEventListener("pointerup", release);
  paper.addEventListener("pointercancel", () => { held = null; });
}
