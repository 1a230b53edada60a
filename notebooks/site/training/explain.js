/* The panel below the network: one number of it on one sample, its gradient by the lifted program, the same by the
   engine, and the engine's own stepper at that number. */

const LIMIT = 60_000;  // milliseconds for one answer

class Explanation {
  /* Args: the panel; the names of the runtime's scripts, which are loaded when they are first needed. */
  constructor(panel, scripts) {
    this.panel = panel;
    this.scripts = scripts;
    this.asked = 0;
    this.found = undefined;
    this.part = (name) => panel.querySelector(`[data-part=${name}]`);
  }

  /* A Python that runs, or why there is none. */
  python() {
    this.started ??= this.start();
    return this.started;
  }

  async start() {
    for (const name of this.scripts) await loaded(`../runtime/${name}`);
    if (!Runtime.possible()) throw new Error("this browser has no WebAssembly or no workers, so the engine cannot run in it");
    return new Promise((resolve, reject) => {
      const runtime = new Runtime((what, why) => {
        if (what === "ready") resolve(runtime);
        if (what === "broken") reject(new Error(`Python cannot start here: ${why}`));
      });
    });
  }

  /* Args: what is asked (`about`: the label, its value, the loss and gradient by the lifted program, and the mean gradient
     of all samples); the program that the engine runs; whether the page is dark. */
  async show(about, program, dark) {
    const asked = ++this.asked;
    this.found = undefined;
    this.open();
    this.part("name").textContent = `∂L/∂${about.label}`;
    this.part("value").textContent = shownNumber(about.value);
    this.part("loss").textContent = shownNumber(about.loss);
    this.part("lifted").textContent = shownNumber(about.gradient);
    this.part("engine").textContent = "…";
    this.part("mean").textContent = shownNumber(about.mean);
    this.part("frame").replaceChildren();
    this.say(this.awake ? "The engine computes it, path by path …" : "The engine is starting, in Python: about five seconds, once …");
    try {
      const runtime = await this.python();
      this.awake = true;
      if (asked !== this.asked) return;
      const answer = await runtime.ask({ kind: "program", text: program, numbers: {}, view: "stepper" }, LIMIT);
      if (asked === this.asked) this.tell(about, answer, dark);
    } catch (error) {
      if (asked === this.asked) this.say(`No stepper: ${error.message}.`);
    }
  }

  open() {
    if (!this.panel.hidden) return;
    this.panel.hidden = false;
    this.panel.querySelector("h2").focus({ preventScroll: true });
    this.panel.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  tell(about, { part, printed, error }, dark) {
    if (error) return this.say(`The engine says: ${error.message}`);
    const [key, ...numbers] = printed.split(/\s+/);
    const [step, gradient, loss] = numbers.map(Number);
    this.part("engine").textContent = shownNumber(gradient);
    const agrees = near(gradient, about.gradient) && near(loss, about.loss);
    this.found = { gradient, loss, agrees };
    if (agrees) this.say("Both agree. Below, the sum over all paths; step through it, or change a number.");
    else this.say("They differ, which is a fault of this page.");
    if (part?.kind !== "page") return this.say(part?.text ?? "The graph is too large to be stepped through.");
    const frame = document.createElement("iframe");
    frame.title = `The loss of this sample step by step, at ${about.label}`;
    frame.setAttribute("sandbox", "allow-scripts");
    frame.srcdoc = part.text
      .replace("<head>", `<head><style>:root{color-scheme:${dark ? "dark" : "light"}}</style>`)
      .replace(/<\/body>(?![\s\S]*<\/body>)/, () => `<script>(${chooseInStepper})("${key}", ${step})</script></body>`);
    this.part("frame").replaceChildren(frame);
  }

  /* While training goes on: what is shown is of the numbers before. */
  wait() {
    this.asked++;
    this.say("Training goes on. Pause, and this is about the numbers of then.");
  }

  /* When training has ended where there is no gradient: the same. */
  ended() {
    this.asked++;
    this.say("Training ended here. This is about the numbers before it went on.");
  }

  say(words) {
    this.part("said").textContent = words;
  }

  close() {
    this.asked++;
    this.panel.hidden = true;
    this.part("frame").replaceChildren();
  }
}

const near = (a, b) => Math.abs(a - b) <= 1e-8 * Math.max(Math.abs(a), Math.abs(b)) + 1e-13;

/* Runs in the stepper's page: its own choice of a number, and the step at which that has its gradient. */
function chooseInStepper(key, step) {
  const [chooser, slider] = [".cg-why select", ".cg-controls input"].map((part) => document.querySelector(part));
  if (!chooser || !slider) return setTimeout(chooseInStepper, 30, key, step);  // the player has not begun yet
  chooser.value = key;
  chooser.dispatchEvent(new Event("change"));
  slider.value = step;
  slider.dispatchEvent(new Event("input"));
}

function loaded(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${address} is missing`));
    document.head.append(script);
  });
}
