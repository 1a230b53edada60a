/* The player: a timeline that moves through steps, and two kinds of pictures that follow it.

     stepper(root, data)   one drawing of a graph, patched at each step: the forward and the backward pass
     frames(root, data)    one of several pictures at each step, with a caption: a training, epoch by epoch

   A root is the element that Python wrote (`page.py`): in it stands the still picture, which remains when scripts
   may not run. The player hides it and builds itself beside it. Nothing here has an id, so any number of players live
   on one page; nothing is fetched. Text arrives as text; HTML arrives only in the fields called `…Html`, which
   Python has escaped. */

const chalkgrad = (() => {
  "use strict";

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

  /* A derivative stays in one piece where a line breaks, if there is room for it. */
  const unbroken = (html) => html.replace(/∂\S+\/∂\S+/g, "<span class=cg-piece>$&</span>");

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

    /* `where` is said of the step by a screen reader; `split` is the first step of the second colour, if any. */
    show(where, split) {
      const { at, last, playing } = this.timeline;
      this.slider.max = last;
      this.slider.value = at;
      this.slider.setAttribute("aria-valuetext", `${at} of ${last}, ${where}`);
      this.slider.style.setProperty("--at", last ? at / last : 0);
      this.slider.style.setProperty("--split", split === undefined || !last ? 1 : split / last);
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
      const own = kind === "SELECT" || (radio && (key === " " || key.startsWith("Arrow")))
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

  // ── A drawing whose parts are patched in place ─────────────────────────────────────────────────────────────

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
      for (const place of this.places.values()) place.final = place.text?.textContent ?? "";
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

    /* Press long names together where the font is wider than the one that the cards were measured for. */
    fitNames() {
      const tight = [];
      for (const [key, { group, text }] of this.places) {
        const card = key.endsWith(" name") && group.parentNode.querySelector("rect");
        if (!card) continue;
        const [start, line] = [text.x, text.y].map(({ baseVal }) => baseVal[0].value);
        const beside = [...group.parentNode.querySelectorAll("text")]
          .filter(({ x, y }) => x.baseVal[0].value > start && Math.abs(y.baseVal[0].value - line) < 4)
          .map(({ x }) => x.baseVal[0].value);
        const room = Math.min(...beside, card.x.baseVal.value + card.width.baseVal.value) - start - 3;
        if (text.textContent.length > 5 && text.getComputedTextLength() > room) tight.push([text, room]);
      }
      for (const [text, room] of tight) {
        text.setAttribute("textLength", room);
        text.setAttribute("lengthAdjust", "spacingAndGlyphs");
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

    /* A text, or nothing (null); `wrong` marks it. */
    write(key, content, wrong) {
      const place = this.places.get(key);
      if (!place) return;
      if (place.text) place.text.textContent = content ?? "";
      place.group.classList.toggle("cg-empty", content === null);
      place.group.classList.toggle("cg-wrong", Boolean(wrong));
      place.group.classList.toggle("cg-negative", content !== null && content.startsWith("−"));
    }
  }

  /* The patches of a list of steps, ready to be gone through in both directions: each step knows what its patches
     replaced, and which elements it is the first to reach. A patch is [place, text, whether it is wrong]. */
  class Patches {
    constructor(steps) {
      const held = new Map();
      const met = new Set();
      this.steps = steps.map(({ at, from, set }) => {
        const reached = [...at, ...from].filter((key) => !met.has(key) && met.add(key));
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

  // ── The step-through of a graph ────────────────────────────────────────────────────────────────────────────

  function svgOf(picture) {
    const bytes = Uint8Array.from(atob(picture.src.split(",")[1]), (character) => character.charCodeAt(0));
    const parsed = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml");
    return document.importNode(parsed.documentElement, true);
  }

  /* Every element on a path from the node to the root or from a leaf to the node. */
  function pathsThrough(start, parents, children) {
    const found = [`n${start}`];
    const walk = (next) => {
      const seen = new Set([start]);
      const stack = [start];
      while (stack.length) {
        for (const [node, edge] of next[stack.pop()]) {
          found.push(edge);
          if (seen.has(node)) continue;
          seen.add(node);
          found.push(`n${node}`);
          stack.push(node);
        }
      }
    };
    walk(parents);
    walk(children);
    return found;
  }

  function neighbours(operands) {
    const parents = operands.map((list, node) => list.map((parent, position) => [parent, `e${node}_${position}`]));
    const children = operands.map(() => []);
    parents.forEach((list, node) => list.forEach(([parent, edge]) => children[parent].push([node, edge])));
    return { parents, children };
  }

  const PHASES = { forward: "Forward", loss: "Result", backward: "Backward" };

  /* What a step of `page.py` is at, comes from and writes. The values and local derivatives are in the drawing. */
  function expanded(step, operands, drawing) {
    const final = (place) => drawing.places.get(place)?.final ?? "";
    const patch = (place) => [place, final(place), false];
    const { node, source, position, text, wrong } = step;
    if (step.phase !== "backward") {
      const edges = operands[node].map((_, index) => `e${node}_${index}`);
      const from = operands[node].map((operand) => `n${operand}`);
      // A constant is there when it is needed; it has no step of its own.
      const set = [`n${node}`, ...from].map((key) => patch(`${key} value`));
      return { ...step, at: [`n${node}`, ...edges], from, set };
    }
    const edge = `e${source}_${position}`;
    const set = [[`n${node} gradient`, text, wrong]];
    if (source === undefined) return { ...step, at: [`n${node}`], from: [], set };
    return { ...step, at: [`n${node}`, edge], from: [`n${source}`], set: [...set, patch(`${edge} local`)] };
  }

  /* How a number was computed, how its gradient adds up, and, where Python wrote it out, the chain rule. */
  function derivationHtml(steps, chain) {
    if (!steps) return "<p>A constant: nothing flows back to it.</p>";
    const lines = steps.map(({ formulaHtml, numbersHtml }) => `<p>${formulaHtml} ${numbersHtml}</p>`);
    const sum = steps.length > 2 ? `<p>in sum ${steps[steps.length - 1].sumHtml}</p>` : "";
    return [...lines, sum, chain ? `<h3>Along every path</h3>${chain}` : ""].join("");
  }

  function stepper(root, data) {
    const still = root.querySelector(".cg-still");
    const { parents, children } = neighbours(data.operands);
    let chosen = null;

    // Nodes: hovering shows the paths, choosing shows the paths and the derivation.
    const drawing = new Drawing(svgOf(still.querySelector("img")), (key, clicked) => {
      if (clicked) choose(key === chosen ? null : key);
      else trace(key ?? chosen);
    });
    drawing.element.setAttribute("aria-label", still.querySelector("img").alt);
    const trace = (key) => {
      drawing.mark("cg-traced", key ? pathsThrough(Number(key.slice(1)), parents, children) : []);
      drawing.paper.classList.toggle("cg-tracing", Boolean(key));
    };

    // A step that is a number is that step of the first timeline.
    const right = data.tracks[0].steps.map((step) => expanded(step, data.operands, drawing));
    const tracks = data.tracks.map((each) => {
      const steps = each.steps.map((step) => right[step] ?? expanded(step, data.operands, drawing));
      return { ...each, steps, turn: steps.findIndex((step) => step.phase === "backward") };
    });
    const stepsOf = new Map();
    for (const step of right) stepsOf.set(step.at[0], [...(stepsOf.get(step.at[0]) ?? []), step]);

    const derivation = element("div", { class: "cg-derivation", "aria-live": "polite" });
    const chooser = element("select", { onchange: () => choose(chooser.value || null) },
      element("option", { value: "" }, "a number …"),
      ...[...stepsOf.keys()].map((key) => element("option", { value: key }, plain(data.namesHtml[key.slice(1)]))));
    function choose(key) {
      chosen = key;
      chooser.value = key ?? "";
      trace(key);
      const written = key && derivationHtml(stepsOf.get(key), data.derivationsHtml[key.slice(1)]);
      derivation.innerHTML = unbroken(written ?? data.hintHtml);
      wrapChains();
    }

    /* A chain rule stands in columns where these fit, and in lines that break between its factors where not. */
    function wrapChains() {
      for (const chain of derivation.querySelectorAll(".chain")) {
        chain.classList.remove("cg-wrapped");
        chain.classList.toggle("cg-wrapped", chain.offsetWidth > derivation.clientWidth);
      }
    }

    // The current step, in formulas and words.
    const lines = ["phase", "formula", "numbers", "sum", "remark", "check"].map((name) =>
      [name, element("p", { class: `cg-${name}` })]);
    const say = element("p", { class: "cg-say", "aria-live": "polite" });
    const words = element("div", { class: "cg-step", tabindex: 0 }, ...lines.map(([, line]) => line), say);

    let track;
    let patches;
    let shown = -1;

    function show({ at, delay }) {
      const step = track.steps[at];
      drawing.follow(step.at[0], Math.abs(at - shown) === 1 && delay > 100);  // measured before anything is dirty
      for (const patch of patches.between(shown, at)) drawing.write(...patch);
      for (const key of patches.reachedBetween(shown, at)) drawing.reach(key, at > shown);
      drawing.mark("cg-now", step.at);
      drawing.mark("cg-from", step.from);
      shown = at;
      player.dataset.phase = step.phase;
      const contents = { ...step, phaseHtml: PHASES[step.phase] };
      for (const [name, line] of lines) line.innerHTML = unbroken(contents[`${name}Html`] ?? "");
      words.classList.toggle("cg-long", plain(step.formulaHtml).length > 42);
      player.classList.toggle("cg-at-wrong", Boolean(step.wrong));
      say.textContent = step.say;
      controls.show(PHASES[step.phase].toLowerCase(), track.turn);
    }

    /* Go on with another timeline, at the same step. */
    function change(to) {
      timeline.pause();
      if (track) for (const patch of patches.between(shown, -1)) drawing.write(...patch);
      track = to;
      patches = new Patches(track.steps);
      shown = -1;
      for (const key of drawing.parts.keys()) drawing.reach(key, false);
      about.textContent = track.about;
      timeline.length = track.steps.length;
      timeline.go(Math.min(timeline.at, timeline.last));
    }

    const timeline = new Timeline(show);
    const controls = new Controls(timeline);
    const about = element("p", { class: "cg-about" });
    const group = `cg-track-${Math.random()}`;  // radio buttons exclude each other by name, across the page
    const choices = tracks.map((each) => element("label", {},
      element("input", {
        type: "radio", name: group, ...(each.start ? { checked: "" } : {}), onchange: () => change(each),
      }),
      element("span", {}, each.name)));
    const title = element("h2", { class: "cg-title" });
    title.innerHTML = data.titleHtml;

    const player = element("section", { class: "cg-player", "aria-label": `Step-through of ${title.textContent}` },
      element("header", { class: "cg-header" }, title,
        ...(tracks.length > 1 ? [element("fieldset", { class: "cg-tracks", "aria-label": "Timeline" }, ...choices)] : []),
        element("div", { class: "cg-view", role: "group", "aria-label": "View" },
          button("Smaller (−)", "smaller", () => drawing.zoom(0.8)),
          button("Whole drawing or readable size (0)", "whole", () => drawing.fit(!drawing.fitted)),
          button("Larger (+)", "larger", () => drawing.zoom(1.25)),
          themeButton(root))),
      about,
      drawing.element,
      element("div", { class: "cg-text" },
        words,
        element("div", { class: "cg-why", tabindex: 0 }, element("label", {}, "Explain ", chooser), derivation)),
      controls.element);

    still.hidden = true;
    root.append(player);
    drawing.fitNames();
    for (const place of drawing.places.keys()) if (!/name|operation|note/.test(place)) drawing.write(place, null);
    new ResizeObserver(wrapChains).observe(derivation);
    listenToKeys(root, timeline, {
      "+": () => drawing.zoom(1.25), "-": () => drawing.zoom(0.8), "0": () => drawing.fit(!drawing.fitted),
      Escape: () => choose(null),
    });
    choose(null);
    change(tracks.find((each) => each.start));
    return timeline;
  }

  // ── Frames: one picture a step ─────────────────────────────────────────────────────────────────────────────

  function frames(root, data) {
    const still = root.querySelector(".cg-still");
    const pictures = data.frames.map(({ src, caption }) => element("img", { src, alt: caption, hidden: "" }));
    const say = element("p", { class: "cg-say", "aria-live": "polite" });
    let shown = 0;
    const timeline = new Timeline(({ at }) => {
      pictures[shown].hidden = true;
      pictures[at].hidden = false;
      shown = at;
      say.textContent = data.frames[at].caption;
      controls.show(data.frames[at].caption);
    });
    const controls = new Controls(timeline);
    still.hidden = true;
    root.append(element("section", { class: "cg-player cg-frames", "aria-label": data.title },
      element("div", { class: "cg-figure" }, ...pictures), say, controls.element));
    listenToKeys(root, timeline);
    timeline.length = pictures.length;
    timeline.go(0);
    return timeline;
  }

  /* Upgrade every output with this mark that is not a player yet: a notebook may show one output twice. */
  function start(kind, mark, data) {
    for (const root of document.querySelectorAll(`[data-chalkgrad="${mark}"]:not([data-started])`)) {
      root.dataset.started = "";
      kind(root, data);
    }
  }

  return { Timeline, stepper, frames, start };
})();
