// ── On paper: every step of the timeline in a list, below the drawing as it is on the page ──────────────────

const MOST_PRINTED = 1000;  // steps

class Handout {
  constructor(wordsNow) {
    this.element = element("ol", { class: "cg-handout" });
    this.wordsNow = wordsNow;
    addEventListener("beforeprint", () => this.write());
  }

  write() {
    this.element.replaceChildren(...this.wordsNow().slice(0, MOST_PRINTED).map((words) => this.line(words)));
  }

  line({ formulaHtml, numbersHtml, sumHtml, remarkHtml }) {
    const line = element("li");
    const sum = sumHtml ? `, in sum ${sumHtml}` : "";
    line.innerHTML = unbroken([formulaHtml, numbersHtml].filter(Boolean).join(" ") + sum + (remarkHtml ? ` ${remarkHtml}` : ""));
    return line;
  }
}
