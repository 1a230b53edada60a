/* The points over the map: a click chooses the nearest sample; of the reader's own, a click or a stroke puts points
   there, or takes them away. By keys a cross is moved, and Enter does what a click does. */

const APART = 0.28;  // between the points of a stroke
const STEP = 0.15;  // of the cross

class Painting {
  /* Args: the canvas; `points()`, which are there; `own()`, whether they are the reader's; what is told of a change and
     of a choice. */
  constructor(canvas, { points, own, changed, chosen, repaint }) {
    Object.assign(this, { canvas, points, own, changed, chosen, repaint });
    this.tool = "blue";
    this.cross = undefined;
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.stroke && this.put(this.at(event)));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (this.stroke = undefined));
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => this.move(undefined));
  }

  get draws() {
    return this.own() && this.tool !== "choose";
  }

  at({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * 2 * EDGE - EDGE, EDGE - ((clientY - box.top) / box.height) * 2 * EDGE];
  }

  begin(event) {
    if (event.button) return;
    this.canvas.setPointerCapture(event.pointerId);
    if (!this.draws) return this.choose(this.at(event));
    this.stroke = [];
    this.put(this.at(event));
  }

  put(at) {
    const { X, y } = this.points();
    const away = (other) => Math.hypot(at[0] - other[0], at[1] - other[1]);
    if (this.tool === "erase") {
      const kept = X.map((other) => away(other) > APART);
      if (kept.every(Boolean)) return;
      return this.changed({ X: X.filter((_, place) => kept[place]), y: y.filter((_, place) => kept[place]) });
    }
    const last = this.stroke?.[this.stroke.length - 1];
    if (last && away(last) < APART) return;
    this.stroke?.push(at);
    if (X.length < MOST_POINTS) this.changed({ X: [...X, at.map(snapped)], y: [...y, Number(this.tool === "blue")] });
  }

  choose(at) {
    const distances = this.points().X.map(([a, b]) => Math.hypot(a - at[0], b - at[1]));
    if (distances.length) this.chosen(distances.indexOf(Math.min(...distances)));
  }

  key(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const [a, b] = this.cross ?? [0, 0];
    const inside = (x) => Math.max(-EDGE, Math.min(EDGE, x));
    if (way) this.move([inside(a + STEP * way[0]), inside(b + STEP * way[1])]);
    else if (event.key !== "Enter") return;
    else if (this.draws) this.put([a, b]);
    else this.choose([a, b]);
    event.preventDefault();
    event.stopPropagation();
  }

  move(cross) {
    this.cross = cross;
    this.repaint();
  }
}
