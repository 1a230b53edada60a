// ── On paper: every step of the timeline in a list, below the drawing as it is on the page ──────────────────

const MOST_PRINTED = 1000;  // steps

class Handout {
  constructor(trackNow) {
    this.element = element("ol", { class: "cg-handout" });
    this.trackNow = trackNow;
    addEventListener("beforeprint", () => this.write());
  }

  write() {
    const track = this.trackNow();
    this.element.replaceChildren(...track.steps.slice(0, MOST_PRINTED).map((step) => this.line(track.words(step))));
  }

  line({ formulaHtml, numbersHtml, sumHtml, remarkHtml }) {
    const line = element("li");
    const sum = sumHtml ? `, in sum ${sumHtml}` : "";
    line.innerHTML = unbroken([formulaHtml, numbersHtml].filter(Boolean).join(" ") + sum + (remarkHtml ? ` ${remarkHtml}` : ""));
    return line;
  }
}
