/* The page: an editor, a run button, and what Python says of what was typed. */

const byId = (id) => document.getElementById(id);
const LIMIT = 10_000;  // milliseconds
const PAUSE = 150;  // after a key, before an expression is computed again

const state = { kind: "expression", numbers: {}, live: false, shown: "stepper", parts: {}, opened: 0, left: {} };

const editor = CodeMirror.fromTextArea(byId("source"), {
  mode: "python", lineNumbers: true, inputStyle: "contenteditable", viewportMargin: Infinity, indentUnit: 4,
  extraKeys: { "Ctrl-Enter": () => run(), "Cmd-Enter": () => run(), Tab: false, "Shift-Tab": false },
});
editor.getInputField().setAttribute("aria-label", "Expression or program");

const runtime = Runtime.possible()
  ? new Runtime((what, why) => {
      document.body.dataset.python = what;
      say({ starting: "Python is starting …", ready: "Python is ready.", broken: `Python cannot start here: ${why}` }[what]);
      byId("stop").disabled = what !== "ready" || !runtime?.busy;
    })
  : undefined;
if (!runtime) {
  say("This browser has no WebAssembly or no workers, so nothing can be computed here. The film below shows what it would be.");
  byId("film").hidden = false;
  byId("run").disabled = true;
}

function say(text) {
  byId("status").textContent = text;
}

// ── What is typed ──────────────────────────────────────────────────────────────────────────────────────────────

function open({ kind, text, numbers = {} }) {
  state.kind = kind;
  state.numbers = { ...numbers };
  state.live = false;
  state.opened++;
  state.parts = {};
  for (const button of document.querySelectorAll("[data-kind]")) {
    button.setAttribute("aria-pressed", button.dataset.kind === kind);
  }
  editor.setValue(text);
  fields({});
  view(state.shown);
}

/* The other kind, with what was typed there before. */
function turnTo(kind) {
  if (kind === state.kind) return;
  state.left[state.kind] = { kind: state.kind, text: editor.getValue(), numbers: state.numbers };
  open(state.left[kind] ?? EXAMPLES.find((example) => example.kind === kind));
}

function address() {
  const given = new URLSearchParams({ kind: state.kind, text: editor.getValue() });
  for (const [name, number] of Object.entries(state.numbers)) given.set(`n.${name}`, number);
  return `#${given}`;
}

function fromAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.has("text")) return undefined;
  const numbers = {};
  for (const [key, text] of given) {
    if (key.startsWith("n.") && text.trim() && Number.isFinite(Number(text))) numbers[key.slice(2)] = Number(text);
  }
  return { kind: given.get("kind") === "program" ? "program" : "expression", text: given.get("text"), numbers };
}

/* A field for each input of an expression. */
function fields(inputs) {
  byId("inputs").replaceChildren(
    ...Object.entries(inputs).map(([name, number]) => {
      const label = document.createElement("label");
      const field = document.createElement("input");
      Object.assign(field, { type: "text", inputMode: "decimal", size: 6, value: String(number) });
      field.addEventListener("change", () => {
        const read = Number(field.value.replace("−", "-").replace(",", "."));
        field.setAttribute("aria-invalid", !Number.isFinite(read) || field.value.trim() === "");
        if (field.getAttribute("aria-invalid") === "true") return say(`${name} needs a number`);
        state.numbers[name] = read;
        run();
      });
      label.append(`${name} = `, field);
      return label;
    }),
  );
}

// ── Running ────────────────────────────────────────────────────────────────────────────────────────────────────

let running = false, again = false, altered = false;

/* Run what is typed; what is asked for while something runs comes after it, once. */
async function run() {
  if (!runtime) return;
  again = running;
  if (running) return;
  running = true;
  const { kind, opened } = state;
  const isOfNow = () => opened === state.opened;  // and not of what was there before another example was opened
  state.live = kind === "expression";
  history.replaceState(null, "", address());
  say(document.body.dataset.python === "ready" ? "running …" : "waiting for Python …");
  byId("stop").disabled = false;
  if (altered) runtime.restart();
  altered = false;
  try {
    const question = { kind, text: editor.getValue(), numbers: { ...state.numbers }, view: state.shown };
    await runtime.ready;
    const began = performance.now();
    const answer = await runtime.ask(question, LIMIT);
    altered = answer.altered.length > 0;
    if (!isOfNow()) return say("");
    show(answer, question);
    if (!answer.error) say(`${Math.max(1, Math.round(performance.now() - began))} ms`);
    if (altered) say(`The program changed ${answer.altered.slice(0, 3).join(", ")}: Python begins anew before the next one.`);
  } catch (error) {
    if (!isOfNow()) return say("");
    failed({ message: error.message });
    view("printed");  // where it stays to be read, when Python says that it is ready again
  } finally {
    byId("stop").disabled = true;
    running = false;
    if (again) run();
  }
}

let mark;

function failed({ message, line, column }) {
  say(line ? `line ${line}: ${message}` : message);
  byId("printed").textContent = message;
  mark?.clear();
  if (!line) return;
  const from = { line: line - 1, ch: Math.max(0, (column ?? 1) - 1) };
  mark = editor.markText(from, { line: line - 1, ch: from.ch + 1 }, { className: "fault" });
  if (!mark.find()) return;
  editor.scrollIntoView(from);
}

function show({ part, printed, error, inputs }, { kind, view: asked }) {
  mark?.clear();
  byId("printed").textContent = printed || (error ? "" : "The program printed nothing.");
  if (kind === "expression" && Object.keys(inputs).length) {
    const ofNow = (name) => (Object.hasOwn(state.numbers, name) ? state.numbers : inputs)[name];  // one may be newer
    state.numbers = Object.fromEntries(Object.keys(inputs).map((name) => [name, ofNow(name)]));
    const typing = byId("inputs").contains(document.activeElement);
    if (!typing) fields(state.numbers);
  }
  if (error) {
    failed(error);
    if (printed) byId("printed").textContent = `${printed}\n${error.message}`;
    return view("printed");
  }
  state.parts = part ? { [asked]: part } : {};
  view(part ? state.shown : "printed");
}

// ── Views ──────────────────────────────────────────────────────────────────────────────────────────────────────

/* What came from a program is never markup of this page: text is text, drawings are images, pages have an origin of
   their own. */
function view(name) {
  if (name !== "printed") state.shown = name;
  if (name !== "printed" && !state.parts[name] && Object.keys(state.parts).length) look(name);
  for (const tab of document.querySelectorAll("[role=tab]")) tab.setAttribute("aria-selected", tab.dataset.view === name);
  byId("printed").hidden = name !== "printed";
  byId("part").hidden = name === "printed";
  const part = state.parts[name];
  const place = byId("part");
  if (name === "printed" || place.part === part) return;
  place.part = part;
  place.replaceChildren(part ? shown(part, name) : text(Object.keys(state.parts).length ? "…" : "Press Run: what you typed is shown here."));
}

/* Another view of what was computed last. */
async function look(name) {
  const parts = state.parts;
  try {
    const { part } = await runtime.ask({ kind: "view", text: "", numbers: {}, view: name }, LIMIT);
    if (parts !== state.parts || !part) return;
    parts[name] = part;
    if (state.shown === name && byId("printed").hidden) view(name);
  } catch (error) {
    failed({ message: error.message });
  }
}

function text(words) {
  const paragraph = document.createElement("pre");
  paragraph.textContent = words;
  return paragraph;
}

function shown({ kind, text: given }, name) {
  if (kind === "svg") {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(given)}`;
    image.alt = "The graph: values, gradients, and what flows along its arrows";
    return image;
  }
  if (kind === "page") {
    const frame = document.createElement("iframe");
    frame.title = name;
    frame.setAttribute("sandbox", "allow-scripts");
    frame.srcdoc = given.replace("<head>", `<head><style>:root{color-scheme:${dark() ? "dark" : "light"}}</style>`);
    return frame;
  }
  return text(given);
}

function dark() {
  const chosen = document.body.dataset.theme;
  return chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}

// ── The page ───────────────────────────────────────────────────────────────────────────────────────────────────

byId("run").addEventListener("click", run);
byId("stop").addEventListener("click", () => {
  again = false;
  runtime?.stop();
});
byId("share").addEventListener("click", async () => {
  history.replaceState(null, "", address());
  try {
    await navigator.clipboard.writeText(location.href);
    say("The address was copied; it holds what you typed.");
  } catch {
    say("The address of this page holds what you typed: copy it.");
  }
});
for (const button of document.querySelectorAll("[data-kind]")) {
  button.addEventListener("click", () => turnTo(button.dataset.kind));
}
for (const tab of document.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => view(tab.dataset.view));
byId("examples").append(...EXAMPLES.map(({ title }, place) => new Option(title, place)));
byId("examples").addEventListener("change", ({ target }) => open(EXAMPLES[target.value]));
let pause;
editor.on("change", () => {
  clearTimeout(pause);
  if (state.live) pause = setTimeout(run, PAUSE);
});
addEventListener("hashchange", () => fromAddress() && open(fromAddress()));
document.body.dataset.theme = (() => {
  try {
    return localStorage.getItem("theme") ?? "auto";
  } catch {
    return "auto";
  }
})();
open(fromAddress() ?? EXAMPLES[0]);
if ("serviceWorker" in navigator && location.protocol.startsWith("http")) {
  const taken = () => [location.href.replace(/[?#].*/, ""), ...performance.getEntriesByType("resource").map(({ name }) => name)];
  const first = !navigator.serviceWorker.controller;
  navigator.serviceWorker.register("offline.js").catch(() => {});
  navigator.serviceWorker.ready.then(({ active }) => first && active.postMessage(taken().filter((name) => /^http/.test(name))));
}
