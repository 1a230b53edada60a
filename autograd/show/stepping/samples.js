// ── Several samples: the loss is the mean of theirs, and one chooses whose is looked at ─────────────────────

class Samples {
  constructor(graph, losses) {
    Object.assign(this, { graph, losses });
    this.below = losses.map((loss) => this.nodesBelow(loss));
    this.looked = null;  // the place of a sample; null: all of them
  }

  nodesBelow(loss) {
    const found = new Set([loss]);
    for (const node of found) for (const operand of this.graph.operands[node]) found.add(operand);
    return found;
  }

  /* The nodes that only other samples have. */
  get aside() {
    if (this.looked === null) return new Set();
    const mine = this.below[this.looked];
    return new Set(this.below.flatMap((nodes) => [...nodes].filter((node) => !mine.has(node))));
  }

  /* The steps of the sample that is looked at; what happens to the others in between is one step. */
  listed(steps) {
    const { aside } = this;
    if (!aside.size) return steps;
    const listed = [];
    for (const step of steps) {
      const isAside = aside.has(step.node) || (step.source !== undefined && aside.has(step.source));
      if (!isAside || step.phase === "given" || step.phase === "update") listed.push(step);
      else if (listed.at(-1)?.phase === "aside") listed.at(-1).skipped.push(step);
      else listed.push({ phase: "aside", skipped: [step] });
    }
    return listed;
  }

  name(place) { return `sample ${place + 1}: ${this.graph.names[this.losses[place]]}`; }
}

/* What is said of the steps that are passed over. */
function wordsAside({ skipped }) {
  const steps = skipped.length === 1 ? "1 step" : `${skipped.length} steps`;
  return { formulaHtml: `… ${steps} of other samples`, numbersHtml: "", say: `${steps} of other samples, done at once.` };
}

/* The list from which a sample is chosen. */
class SampleChooser {
  constructor(samples, onChange) {
    Object.assign(this, { samples, onChange });
    this.list = element("select", { "aria-label": "Whose sample is looked at", title: "Whose sample is looked at (s, back: Shift+s)",
      onchange: () => this.look(this.list.value === "" ? null : Number(this.list.value)) },
    element("option", { value: "" }, `all ${samples.losses.length} samples`),
    ...samples.losses.map((_, place) => element("option", { value: place }, samples.name(place))));
    this.element = element("div", { class: "cg-samples" }, this.list);
  }

  look(place) {
    this.samples.looked = place;
    this.list.value = place ?? "";
    this.onChange();
  }

  /* All, the first sample, the second, …, and all again. */
  step(way) {
    const count = this.samples.losses.length + 1;
    const now = this.samples.looked === null ? 0 : this.samples.looked + 1;
    const next = (now + way + count) % count;
    this.look(next ? next - 1 : null);
  }
}
