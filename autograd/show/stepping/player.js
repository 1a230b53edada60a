/* The player: a timeline that moves through steps, its controls and keys, and what starts it. What follows the timeline is
   in files of its own:

     stepper.js   one drawing of a graph, patched at each step: the forward and the backward pass
     frames.js    one of several pictures at each step, with a caption: a training, epoch by epoch

   A root is the element that Python wrote (`page.py`): in it stands the still picture, which remains when scripts
   may not run. The player hides it and builds itself beside it. Nothing here has an id, so any number of players live
   on one page; nothing is fetched. Text arrives as text; HTML arrives only in what is called `…Html`, where all text is
   escaped. */

// ── The timeline: where we are among the steps. It knows nothing of what they show. ────────────────────────

class Timeline {
  constructor(onMove) {
    this.onMove = onMove;
    this.length = 1;
    this.at = 0;
    this.delay = 1000;
    this.timer = null;
  }

  get last() { return this.length - 1; }
  get playing() { return this.timer !== null; }

  go(step) {
    this.at = Math.min(Math.max(step, 0), this.last);
    if (this.at === this.last) this.pause();
    this.onMove(this);
  }

  jump(step) {
    this.pause();
    this.go(step);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  toggle() {
    if (this.playing) {
      this.pause();
      this.onMove(this);
      return;
    }
    const tick = () => {
      this.timer = setTimeout(tick, this.delay);
      this.go(this.at + 1);
    };
    this.timer = setTimeout(tick, this.delay);
    this.go(this.at === this.last ? 0 : this.at + 1);
  }
}

// ── Building elements ──────────────────────────────────────────────────────────────────────────────────────

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/* A number as people type it: with a comma or a point, and any minus sign. NaN for what is none. */
function typedNumber(text) {
  const plainText = text.trim().replace(/[−–]/g, "-").replace(",", ".");
  return plainText ? Number(plainText) : NaN;
}

/* A number as it stands in a field. */
const shortNumber = (x) => {
  const exponential = x !== 0 && Math.abs(x) < 1e-3;
  const written = exponential ? x.toExponential(4).replace(/\.?0+e/, "e") : String(Number(x.toPrecision(5)));
  return written.replace(/-/g, "−");
};

/* Drawn, because few fonts have these signs. */
const ICONS = {
  first: "M5 4v12M16 4 8 10l8 6z", previous: "M13 4 6 10l7 6", play: "M6 3v14l11-7z", pause: "M6 4v12M14 4v12",
  next: "M7 4l7 6-7 6", last: "M15 4v12M4 4l8 6-8 6z", smaller: "M4 10h12", larger: "M4 10h12M10 4v12",
  whole: "M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5", theme: "M16.5 12.5A7 7 0 1 1 8 3.6a5.6 5.6 0 0 0 8.5 8.9z",
};

function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const drawn = document.createElementNS(namespace, "svg");
  drawn.setAttribute("viewBox", "0 0 20 20");
  drawn.setAttribute("aria-hidden", "true");
  drawn.append(document.createElementNS(namespace, "path"));
  drawn.firstChild.setAttribute("d", ICONS[name]);
  drawn.classList.add("cg-icon", `cg-${name}`);
  return drawn;
}

const button = (label, name, onclick) =>
  element("button", { type: "button", "aria-label": label, title: label, onclick }, icon(name));

const plain = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.textContent;
};

/* A derivative stays in one piece where a line breaks, if there is room for it, with what is held fixed in it. */
const DERIVATIVE = /∂(?:[^\s<|]|<\/?su[bp]>)+\/∂(?:[^\s<|]|<\/?su[bp]>)+(?:\|<sub>(?:[^<]|<su[bp]>[^<]*<\/su[bp]>)*<\/sub>)?/g;
const unbroken = (html) => html.replace(DERIVATIVE, "<span class=cg-piece>$&</span>");

// ── The controls of a timeline: buttons, a slider, a speed, keys ───────────────────────────────────────────

const SPEEDS = [["slow", 2500], ["normal", 1000], ["fast", 300], ["very fast", 40]];

class Controls {
  constructor(timeline) {
    this.timeline = timeline;
    const go = (step) => () => timeline.jump(step());
    this.play = button("Play (space)", "play", () => timeline.toggle());
    this.play.className = "cg-play";
    this.slider = element("input", {
      type: "range", min: 0, max: 0, value: 0, "aria-label": "Step",
      oninput: () => timeline.jump(Number(this.slider.value)),
    });
    this.speed = element("select", {
      "aria-label": "Speed", title: "Speed", onchange: () => { timeline.delay = Number(this.speed.value); },
    }, ...SPEEDS.map(([name, delay]) => element("option", { value: delay }, name)));
    this.speed.value = timeline.delay;
    this.count = element("span", { class: "cg-count" });
    this.element = element("div", { class: "cg-controls", role: "group", "aria-label": "Player" },
      button("First step (Home)", "first", go(() => 0)),
      button("Previous step (←)", "previous", go(() => timeline.at - 1)),
      this.play,
      button("Next step (→)", "next", go(() => timeline.at + 1)),
      button("Last step (End)", "last", go(() => timeline.last)),
      this.slider, this.count, this.speed);
  }

  /* `where` is said of the step by a screen reader; `turns` are the first steps of the second and the third colour. */
  show(where, turns = []) {
    const { at, last, playing } = this.timeline;
    this.slider.max = last;
    this.slider.value = at;
    this.slider.setAttribute("aria-valuetext", `${at} of ${last}, ${where}`);
    this.slider.style.setProperty("--at", last ? at / last : 0);
    ["--split", "--end"].forEach((name, place) => this.slider.style.setProperty(name, turns[place] > 0 && last ? turns[place] / last : 1));
    this.count.textContent = `${at} / ${last}`;
    const label = playing ? "Pause (space)" : "Play (space)";
    this.play.replaceChildren(icon(playing ? "pause" : "play"));
    this.play.setAttribute("aria-label", label);
    this.play.title = label;
  }
}

/* Keys work wherever the focus is in the player, and on a page of its own wherever it is at all; what a focused
   button, slider or list does with a key of its own stays as it is. */
function listenToKeys(root, timeline, more = {}) {
  const keys = {
    ArrowRight: () => timeline.jump(timeline.at + 1),
    ArrowLeft: () => timeline.jump(timeline.at - 1),
    Home: () => timeline.jump(0),
    End: () => timeline.jump(timeline.last),
    " ": () => timeline.toggle(),
    ...more,
  };
  const place = root.closest(".cg-page") ?? root;
  const act = (event) => {
    const { key, target } = event;
    const kind = target.tagName;
    const radio = target.type === "radio";
    const slides = target.type === "range" && target.closest(".cg-leaf") && key !== " ";
    const own = kind === "SELECT" || target.type === "text" || slides || (radio && (key === " " || key.startsWith("Arrow")))
      || (key === " " && (kind === "BUTTON" || kind === "SUMMARY"));
    if (own || !keys[key] || !place.contains(target) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    keys[key]();
  };
  // A notebook takes keys on their way down: at the window we are there before it, as long as the focus is here.
  const listen = (on) => () => window[`${on}EventListener`]("keydown", act, true);
  root.addEventListener("focusin", listen("add"));
  if (place === root) root.addEventListener("focusout", listen("remove"));
  else listen("add")();
}

function themeButton(root) {
  return button("Light or dark colours", "theme", () => {
    const scheme = getComputedStyle(root).colorScheme;
    const dark = scheme === "dark"
      || (scheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches);
    root.style.colorScheme = dark ? "light" : "dark";
  });
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/* Upgrade every output with this mark that is not a player yet: a notebook may show one output twice. */
function start(kind, mark, data) {
  for (const root of document.querySelectorAll(`[data-chalkgrad="${mark}"]:not([data-started])`)) {
    root.dataset.started = "";
    kind(root, data);
  }
}
