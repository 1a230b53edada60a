// ── The step-through of a graph ────────────────────────────────────────────────────────────────────────────

const PHASES = { aside: "Elsewhere", given: "Given", forward: "Forward", loss: "Result", backward: "Backward", update: "Update" };

/* The timelines: the right one, and those of mistakes that change a number here, or are asked for. */
function tracksOf(graph, listed) {
  return listed
    .map((each) => ({ ...each, timeline: new Track(graph, each.options) }))
    .filter(({ about, start, timeline }) => !about || start || timeline.steps.some(({ wrong }) => wrong));
}

/* The chain rule along every path; how the number was computed, and how its gradient adds up. */
function derivationHtml(node, track) {
  const { graph } = track;
  if (graph.constant.has(node)) return "<p>A constant: nothing flows back to it.</p>";
  const given = graph.isLeaf(node) ? [{ phase: "forward", node }] : [];
  const steps = track.steps.filter((step) => step.node === node && !["given", "update"].includes(step.phase));
  const told = [...given, ...steps].map((step) => track.words(step));
  const lines = told.map(({ formulaHtml, numbersHtml }) => `<p>${formulaHtml} ${numbersHtml}</p>`);
  const sum = told.length > 2 ? `<p>in sum ${told[told.length - 1].sumHtml}</p>` : "";
  const came = [...lines, sum].join("");
  return node === graph.root ? came : `${new Derivation(graph, node).html()}<h3>How its numbers came about</h3>${came}`;
}

/* The first node that has no finite number although its operands have, and what to do about it. */
function troubleOf(graph) {
  const finite = (node) => Number.isFinite(graph.values[node]);
  const node = graph.forward.find((one) => !graph.isLeaf(one) && !finite(one) && graph.operands[one].every(finite));
  if (node === undefined) return "";
  const shown = (one) => number(graph.values[one], graph.digits).text;
  const name = (one) => (graph.constant.has(one) ? shown(one) : `${graph.names[one]} = ${shown(one)}`);
  const operands = graph.operands[node].slice(0, 4).map(name).join(", ");
  const remedy = graph.remedies[node] ? ` Remedy: ${graph.remedies[node]}.` : "";
  return `${graph.names[node]} is ${shown(node)}: ${graph.spoken[node]} of ${operands}.${remedy}`;
}

function stepper(root, data) {
  const still = root.querySelector(".cg-still");
  const graph = new Graph(data.graph, data.rules);
  const { parents, children } = neighbours(graph.operands);
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

  const tracks = tracksOf(graph, data.tracks);
  const right = tracks[0].timeline;

  const derivation = element("div", { class: "cg-derivation", "aria-live": "polite" });
  const chooser = element("select", { onchange: () => choose(chooser.value || null) },
    element("option", { value: "" }, "a number …"),
    ...graph.forward.map((node) => element("option", { value: `n${node}` }, plain(graph.namesHtml[node]))));
  function choose(key) {
    chosen = key;
    chooser.value = key ?? "";
    trace(key);
    explain();
  }

  function explain() {
    derivation.innerHTML = unbroken(chosen ? derivationHtml(Number(chosen.slice(1)), right) : data.hintHtml);
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

  // The steps of the track that are gone through: `listed`; what each writes where: `steps`.
  const samples = new Samples(graph, data.samples);
  let track;
  let listed;
  let steps;
  let patches;
  let shown = -1;

  function show({ at, delay }) {
    const step = steps[at];
    drawing.follow(step.at[0] ?? drawing.focus, Math.abs(at - shown) === 1 && delay > 100);  // measured before anything is dirty
    for (const patch of patches.between(shown, at)) drawing.write(...patch);
    for (const key of patches.reachedBetween(shown, at)) drawing.reach(key, at > shown);
    drawing.mark("cg-now", step.at);
    drawing.mark("cg-from", step.from);
    shown = at;
    tell(listed[at]);
  }

  function tell(step) {
    player.dataset.phase = step.phase;
    const contents = { ...wordsOf(step), phaseHtml: PHASES[step.phase] };
    for (const [name, line] of lines) line.innerHTML = unbroken(contents[`${name}Html`] ?? "");
    words.classList.toggle("cg-long", plain(contents.formulaHtml).length > 42);
    player.classList.toggle("cg-at-wrong", Boolean(step.wrong));
    say.textContent = contents.say;
    const first = (wanted) => listed.findIndex(({ phase, skipped }) => (skipped?.[0].phase ?? phase) === wanted);
    controls.show(PHASES[step.phase].toLowerCase(), [first("backward"), first("update")]);
  }

  const wordsOf = (step) => (step.phase === "aside" ? wordsAside(step) : track.timeline.words(step));

  /* Go on with another timeline, at the same step. */
  function change(to) {
    timeline.pause();
    to.timeline.update();
    if (track) for (const patch of patches.between(shown, -1)) drawing.write(...patch);
    track = to;
    lay();
    begin(timeline.at);
    about.textContent = track.about;
  }

  /* Show the steps of now, of which none has been shown yet, at this one. */
  function begin(at) {
    shown = -1;
    for (const key of drawing.parts.keys()) drawing.reach(key, false);
    timeline.length = steps.length;
    timeline.go(Math.min(at, timeline.last));
  }

  /* Another sample, or all of them, at the same step, or at that which passes over it until it is back. */
  let sought = null;
  function look() {
    timeline.pause();
    const here = listed[shown];
    const step = here.skipped?.includes(sought) ? sought : (here.skipped?.[0] ?? here);
    sought = step;
    const wasLast = shown === timeline.last;
    for (const patch of patches.between(shown, -1)) drawing.write(...patch);
    lay();
    const { aside } = samples;
    const edgesAside = [...aside].flatMap((node) => [...parents[node], ...children[node]].map(([, edge]) => edge));
    drawing.mark("cg-aside", [...[...aside].map((node) => `n${node}`), ...edgesAside]);
    showFields();
    begin(wasLast ? Infinity : listed.findIndex((each) => each === step || each.skipped?.includes(step)));
  }

  // The leaves can be changed; everything follows, in one frame for any number of changes.
  const leaves = new Map((data.live ? graph.leaves : []).map((node) => [`n${node}`, new Leaf(graph, node, () => { learning?.restart(); renew(); })]));
  const fieldOf = new Map();
  const leafFields = element("div", { class: "cg-leaves", role: "group", "aria-label": "Numbers to change" });
  let fields = [];
  function showFields() {
    const { aside } = samples;
    fields = [...leaves.values()].filter(({ node }) => !aside.has(node)).slice(0, MOST_FIELDS).map((leaf) => {
      if (!fieldOf.has(leaf)) fieldOf.set(leaf, new LeafField(leaf, graph.names[leaf.node], graph.namesHtml[leaf.node]));
      return fieldOf.get(leaf);
    });
    for (const field of fields) field.show();
    leafFields.replaceChildren(...fields.map((field) => field.element));
  }
  showFields();
  const learning = data.live && data.learn.length ? new Learning(graph, data.learn, renew) : null;
  let frame = 0;
  function renew() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      graph.compute();
      for (const each of new Set([right, track.timeline])) each.update();
      lay();
      for (const patch of patches.between(-1, shown)) drawing.write(...patch);
      paintEdges(graph, drawing);
      tell(listed[shown]);
      if (chosen) explain();
      for (const field of fields) field.show();
      learning?.show();
      trouble.textContent = troubleOf(graph);
    });
  }

  function lay() {
    listed = samples.listed(track.timeline.steps);
    steps = listed.map((step) => placed(step, graph));
    patches = new Patches(steps);
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
  const trouble = element("p", { class: "cg-about", role: "alert" });
  if (!data.live) trouble.textContent = `The rules of ${graph.spoken[graph.film]} are Python that a page cannot read, so`
    + " the numbers stay as they were computed.";
  const sampleChooser = data.samples.length > 1 ? new SampleChooser(samples, look) : null;
  const title = element("h2", { class: "cg-title" });
  title.innerHTML = data.titleHtml;

  const player = element("section", { class: "cg-player", "aria-label": `Step-through of ${title.textContent}` },
    element("header", { class: "cg-header" }, title,
      ...(sampleChooser ? [sampleChooser.element] : []),
      ...(tracks.length > 1 ? [element("fieldset", { class: "cg-tracks", "aria-label": "Timeline" }, ...choices)] : []),
      element("div", { class: "cg-view", role: "group", "aria-label": "View" },
        button("Smaller (−)", "smaller", () => drawing.zoom(0.8)),
        button("Whole drawing or readable size (0)", "whole", () => drawing.fit(!drawing.fitted)),
        button("Larger (+)", "larger", () => drawing.zoom(1.25)),
        themeButton(root))),
    about,
    trouble,
    drawing.element,
    ...(fields.length ? [element("div", { class: "cg-touch" },
      leafFields,
      ...(learning ? [learning.element] : []))] : []),
    element("div", { class: "cg-text" },
      words,
      element("div", { class: "cg-why", tabindex: 0 }, element("label", {}, "Explain ", chooser), derivation)),
    new Handout(() => listed.map(wordsOf)).element,
    controls.element);

  still.hidden = true;
  root.append(player);
  drawing.fitNames();
  dragging(drawing.paper, leaves);
  for (const place of drawing.places.keys()) if (!/name|operation|note/.test(place)) drawing.write(place, null);
  new ResizeObserver(wrapChains).observe(derivation);
  listenToKeys(root, timeline, {
    "+": () => drawing.zoom(1.25), "-": () => drawing.zoom(0.8), "0": () => drawing.fit(!drawing.fitted),
    Escape: () => choose(null),
    ...(sampleChooser ? { s: () => sampleChooser.step(1), S: () => sampleChooser.step(-1) } : {}),
  });
  choose(null);
  change(tracks.find((each) => each.start));

  /* Other numbers for leaves, as [node, number], to which they are reset from then on. */
  function take(numbers) {
    for (const [node, x] of numbers) {
      graph.values[node] = x;
      leaves.get(`n${node}`)?.begin();
    }
    learning?.restart();
    renew();
  }
  const toResult = () => timeline.jump(listed.findIndex(({ phase }) => phase === "loss"));
  return { timeline, take, toResult };
}
