// ── A drawing whose parts are patched in place ─────────────────────────────────────────────────────────────

function svgOf(picture) {
  const bytes = Uint8Array.from(atob(picture.src.split(",")[1]), (character) => character.charCodeAt(0));
  const parsed = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml");
  return document.importNode(parsed.documentElement, true);
}

function press(text, room) {
  text.setAttribute("textLength", room);
  text.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

const NARROWEST = 6;  // pixels of a digit: a text with so many for each is measured before it may be too long for its card
const SHEET = 200;  // nodes and edges

/* When something in an SVG changes, a browser goes through all of it to paint it again. So a large drawing is laid
   in several SVGs of the same size, one on the other, of which only those that change are gone through. */
function sheets(svg) {
  for (const size of ["width", "height"]) svg.removeAttribute(size);
  const graph = svg.querySelector("g.graph");
  const groups = [...graph.querySelectorAll(":scope > g")];
  const further = [];
  for (let start = SHEET; start < groups.length; start += SHEET) {
    const sheet = svg.cloneNode(false);
    const part = sheet.appendChild(graph.cloneNode(false));
    part.append(...groups.slice(start, start + SHEET));
    further.push(sheet);
  }
  return [svg, ...further];
}

/* Elements are known by the ids that `dot.py` promises: node n5, edge e5_0 (operand 0 of node 5), and in them the
   places where a text can stand: "n5 value", "n5 gradient", "e5_0 local". */
class Drawing {
  constructor(svg, onNode) {
    this.parts = new Map();
    this.places = new Map();
    for (const group of svg.querySelectorAll("g[id]")) {
      const [id, node, what] = /^a_(n\d+)_(\w+)$/.exec(group.id) ?? [group.id];
      group.removeAttribute("id");
      const place = { group, text: group.querySelector("text") };
      if (node) {
        group.classList.add(`cg-${what}`);
        this.places.set(`${node} ${what}`, place);
      } else if (/^[ne]\d/.test(id)) {
        group.dataset.part = id;
        this.parts.set(id, group);
        if (id.startsWith("e")) this.places.set(`${id} local`, place);
      }
    }
    const { width, height } = svg.viewBox.baseVal;
    this.size = { width, height };
    this.paper = element("div", { class: "cg-paper" }, ...sheets(svg));
    this.marks = new Map();
    this.scale = 1;
    this.fitted = true;
    this.element = element("div", { class: "cg-figure", tabindex: 0, role: "img" }, this.paper);
    const nodeOf = (event) => event.target.closest("g.node")?.dataset.part;
    this.paper.addEventListener("click", (event) => nodeOf(event) && onNode(nodeOf(event), true));
    this.paper.addEventListener("pointerover", (event) => onNode(nodeOf(event), false));
    this.paper.addEventListener("pointerleave", () => onNode(undefined, false));
    this.observer = new ResizeObserver(() => this.fitted && this.fit());
    this.observer.observe(this.element);
  }

  /* Press long names together where the font is wider than the one that the cards were measured for, and find out how
     much room there is for numbers. */
  fitNames() {
    const tight = [];
    for (const [key, place] of this.places) {
      const { group, text } = place;
      const card = / (name|value|gradient)$/.test(key) && text && group.parentNode.querySelector("rect");
      if (!card) continue;
      const [start, line] = [text.x, text.y].map(({ baseVal }) => baseVal[0].value);
      const beside = [...group.parentNode.querySelectorAll("text")]
        .filter(({ x, y }) => x.baseVal[0].value > start && Math.abs(y.baseVal[0].value - line) < 4)
        .map(({ x }) => x.baseVal[0].value);
      const room = Math.min(...beside, card.x.baseVal.value + card.width.baseVal.value) - start - 3;
      if (!key.endsWith(" name")) place.room = room;
      else if (text.textContent.length > 5 && text.getComputedTextLength() > room) tight.push([text, room]);
    }
    for (const [text, room] of tight) {
      press(text, room);
    }
  }

  /* All of it if it can be read then; else at a size that can be read, and `follow` scrolls. */
  fit(readable = true) {
    const { clientWidth, clientHeight } = this.element;
    if (!clientWidth) return;
    const whole = Math.min((clientWidth - 32) / this.size.width, (clientHeight - 32) / this.size.height, 1.8);
    this.resize(readable && whole < 0.7 ? 1 : whole);
    this.fitted = readable;
    this.follow(this.focus, false);
  }

  zoom(factor) {
    this.resize(Math.min(Math.max(this.scale * factor, 0.02), 4));
    this.fitted = false;
    this.follow(this.focus, false);
  }

  resize(scale) {
    this.scale = scale;
    this.paper.style.width = `${this.size.width * scale}px`;
    this.paper.style.height = `${this.size.height * scale}px`;
  }

  /* Bring an element into view, if it is not well inside it already. */
  follow(key, smoothly) {
    this.focus = key;
    const target = this.parts.get(key);
    if (!target) return;
    const frame = this.element.getBoundingClientRect();
    const box = target.getBoundingClientRect();
    const off = (low, high, from, to) => (low < from + 40 || high > to - 40 ? (low + high - from - to) / 2 : 0);
    const left = off(box.left, box.right, frame.left, frame.right);
    const top = off(box.top, box.bottom, frame.top, frame.bottom);
    if (left || top) this.element.scrollBy({ left, top, behavior: smoothly && !calm() ? "smooth" : "instant" });
  }

  /* Give these elements, and no others, a class. */
  mark(name, keys) {
    for (const key of this.marks.get(name) ?? []) this.parts.get(key)?.classList.remove(name);
    this.marks.set(name, keys);
    for (const key of keys) this.parts.get(key)?.classList.add(name);
  }

  reach(key, reached) {
    this.parts.get(key)?.classList.toggle("cg-later", !reached);
  }

  /* How an edge shows what flows back along it, as `dot.py` draws it: the sign by colour and dashes, the size by width. */
  paint(key, flow, largest) {
    const group = this.parts.get(key);
    if (!group || flow === undefined) return;
    const sign = flow > 0 ? "positive" : flow < 0 ? "negative" : "neutral";
    for (const name of ["positive", "negative", "neutral"]) group.classList.toggle(name, name === sign);
    const path = group.querySelector("path");
    const width = !Number.isFinite(flow) ? 3.6 : largest ? 0.8 + 2.8 * Math.sqrt(Math.abs(flow) / largest) : 0.8;
    path.setAttribute("stroke-width", width.toFixed(2));
    if (sign === "negative") path.setAttribute("stroke-dasharray", "5,2");
    else path.removeAttribute("stroke-dasharray");
  }

  /* A text, or nothing (null); `wrong` marks it. */
  write(key, content, wrong) {
    const place = this.places.get(key);
    if (!place || (place.content === content && place.wrong === Boolean(wrong))) return;
    Object.assign(place, { content, wrong: Boolean(wrong) });
    if (place.text) {
      place.text.textContent = content ?? "";
      if (place.pressed) place.text.removeAttribute("textLength");
      place.pressed = content !== null && content.length * NARROWEST > place.room && place.text.getComputedTextLength() > place.room;
      if (place.pressed) press(place.text, place.room);
    }
    place.group.classList.toggle("cg-empty", content === null);
    place.group.classList.toggle("cg-wrong", Boolean(wrong));
    place.group.classList.toggle("cg-neutral", content === "0" || content === "NaN");
    place.group.classList.toggle("cg-negative", content !== null && content.startsWith("−"));
  }
}

/* The patches of a list of steps, ready to be gone through in both directions: each step knows what its patches
   replaced, and which elements it is the first to reach. A patch is [place, text, whether it is wrong]. */
class Patches {
  constructor(steps) {
    const held = new Map();
    const met = new Set();
    this.steps = steps.map(({ at, from, set, passed = [] }) => {
      const reached = [...at, ...from, ...passed].filter((key) => !met.has(key) && met.add(key));
      const before = set.map(([place]) => held.get(place) ?? [place, null, false]);
      for (const patch of set) held.set(patch[0], patch);
      return { after: set, before, reached };
    });
  }

  /* The elements that are reached, or no longer reached, on the way between two steps. */
  reachedBetween(from, to) {
    return this.steps.slice(Math.min(from, to) + 1, Math.max(from, to) + 1).flatMap(({ reached }) => reached);
  }

  /* What to write to come from the state after step `from` to that after step `to` (−1: before the first). */
  between(from, to) {
    const last = new Map();
    const note = (patch) => last.set(patch[0], patch);
    for (let step = from + 1; step <= to; step++) this.steps[step].after.forEach(note);
    for (let step = from; step > to; step--) this.steps[step].before.forEach(note);
    return last.values();
  }
}
