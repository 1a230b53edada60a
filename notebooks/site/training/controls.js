/* What the reader sets and presses: settings, the address, buttons, keys, the theme; and the beginning of it all. */

// ── Settings ───────────────────────────────────────────────────────────────────────────────────────────────────

function fill() {
  const numbers = { layers: [0, 1, 2, 3], width: PROGRAMS.widths, batch: [0, 1, 5, 10, 20, 50, 100] };
  for (const field of all("[data-setting]")) {
    const name = field.dataset.setting;
    const { choices, from, to, step } = SETTINGS[name];
    if (field.type === "range") Object.assign(field, { min: from, max: to, step });
    if (field.tagName === "SELECT") {
      const offered = () => [...new Set([...numbers[name], state.settings[name]])];  // an address may have another one
      const options = choices ? Object.entries(choices) : offered().map((number) => [number, number]);
      const words = (value, given) => (name === "batch" && value === 0 ? "all" : given);
      field.replaceChildren(...options.map(([value, given]) => new Option(words(value, given), value)));
    }
    field.value = state.settings[name];
    field.removeAttribute("aria-invalid");
    const shown = name === "test" ? `${Math.round(100 * field.value)} %` : field.value;
    if (field.type === "range") field.nextElementSibling.textContent = shown;
  }
  const own = state.settings.data === "own";
  byId("tools").hidden = !own;
  byId("points").classList.toggle("drawing", painting.draws);
  for (const part of all(".made")) part.hidden = own;
}

/* A setting was changed: training starts over where it must, and goes on where it can. */
function set(name, text) {
  const read = readSetting(name, String(text));
  const field = document.querySelector(`[data-setting=${name}]`);
  if (read === undefined) {
    field.setAttribute("aria-invalid", "true");
    const { from, to } = SETTINGS[name];
    return say(`${field.closest("label").firstChild.textContent.trim()} is a number from ${from} to ${to}.`, true);
  }
  const { settings } = state;
  settings[name] = read;
  if (AFRESH.includes(name)) begin();
  if (name === "test") trainer.useData(dataOfNow());
  if (name === "optimiser") trainer.useOptimiser();
  if (name === "batch") trainer.dealt = [];
  if (name === "loss") {
    trainer.useProgram(programOfNow());
    trainer.forget();
    useFields();
    if (!state.playing) again();
  }
  pace.due = performance.now();
  share();
  fill();
  repaint();
  if (!state.playing) say(name === "data" && read === "own" ? "Click into the map, or draw there, and training has points." : "");
}

let sharing;

/* The address follows, but not each point of a stroke: browsers refuse what comes too often. */
function share() {
  clearTimeout(sharing);
  sharing = setTimeout(shareNow, 250);
}

function shareNow() {
  clearTimeout(sharing);
  history.replaceState(null, "", addressOf(state.settings, state.points));
}

function open() {
  pause();
  Object.assign(state, fromAddress(location.hash));
  fill();
  begin();
  const { refused } = state;
  say(refused.length ? `The address has no good value for ${refused.join(", ")}: what is usual was taken.` : "", refused.length > 0);
}

// ── The page ───────────────────────────────────────────────────────────────────────────────────────────────────

const THEMES = ["auto", "light", "dark"];

function dark() {
  const chosen = document.body.dataset.theme;
  return chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}

function wear(theme) {
  document.body.dataset.theme = THEMES.includes(theme) ? theme : "auto";
  colours = new Colours();
  if (trainer) repaint();
}

function rememberedTheme() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

byId("theme").addEventListener("click", () => {
  wear(dark() ? "light" : "dark");
  try {
    localStorage.setItem("theme", document.body.dataset.theme);
  } catch {}  // a browser that keeps nothing
});
byId("play").addEventListener("click", () => {
  if (!state.playing) return play();
  pause();
  again();
});
byId("step").addEventListener("click", () => {
  pause();
  if (!trainer.data.train.length) return say("There are no points yet: click into the map, or draw there.");
  if (!stepOnce()) return;
  say(`Step ${trainer.steps}: loss ${shownLoss(trainer.measured().train.loss)}.`);
  repaint();
  again();
});
byId("reset").addEventListener("click", () => {
  pause();
  begin();
  say("Training starts over, from the weights of this seed.");
});
byId("another").addEventListener("click", () => set("seed", (state.settings.seed + 1) % (SETTINGS.seed.to + 1)));
byId("clear").addEventListener("click", () => painting.changed({ X: [], y: [] }));
byId("close").addEventListener("click", () => {
  explanation.close();
  state.link = undefined;
  repaint();
  byId("play").focus();
});
byId("links").addEventListener("change", ({ target }) => ask(shape.links[target.value]));
byId("share").addEventListener("click", async () => {
  shareNow();
  try {
    await navigator.clipboard.writeText(location.href);
    say("The address was copied; it holds the settings and your points.");
  } catch {
    say("The address of this page holds the settings and your points: copy it.");
  }
});
for (const field of all("[data-setting]")) {
  field.addEventListener(field.type === "range" ? "input" : "change", () => set(field.dataset.setting, field.value));
}
for (const tool of all("[data-tool]")) {
  tool.addEventListener("click", () => {
    painting.tool = tool.dataset.tool;
    for (const each of all("[data-tool]")) each.setAttribute("aria-pressed", each === tool);
    byId("points").classList.toggle("drawing", painting.draws);
  });
}
document.querySelector(".settings").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (event.target !== document.body) return;
  if (event.key === " ") byId("play").click();
  else if (event.key === "ArrowRight") byId("step").click();
  else return;
  event.preventDefault();
});
byId("diagram").addEventListener("repaint", () => repaint());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => wear(document.body.dataset.theme));
addEventListener("hashchange", open);
addEventListener("resize", () => {
  diagram.lay();
  repaint();
});
wear(rememberedTheme());
unpackedPrograms().then((found) => {
  programs = found;
  open();
  document.body.dataset.ready = "true";
}, (error) => say(`The programs cannot be read in this browser: ${error.message}`, true));
if ("serviceWorker" in navigator && location.protocol.startsWith("http")) {
  const taken = () => [location.href.replace(/[?#].*/, ""), ...performance.getEntriesByType("resource").map(({ name }) => name)];
  const first = !navigator.serviceWorker.controller;
  navigator.serviceWorker.register("offline.js").catch(() => {});
  navigator.serviceWorker.ready.then(({ active }) => first && active.postMessage(taken().filter((name) => /^http/.test(name))));
}
