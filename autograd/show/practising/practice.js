// ── A graph whose gradients are hidden: the next number is asked for, judged, and shown ────────────────────

/* What has been asked in one mode, and how it went. */
class Round {
  constructor({ asked }) {
    this.asked = asked;
    this.restart();
  }

  restart() {
    this.at = 0;
    this.first = 0;  // right at the first try
    this.made = new Map();  // mistake → how often
    this.begin();
  }

  begin() {
    this.tried = false;
    this.hints = 0;
    this.solved = false;
  }

  get question() { return this.asked[this.at]; }
  get over() { return this.at === this.asked.length; }

  next() {
    this.at++;
    this.begin();
  }

  /* The verdict on an answer. A first try without a hint counts. */
  judge(answer) {
    const verdict = judged(this.question, answer);
    if (verdict.kind === "right") {
      if (!this.tried) this.first++;
      this.solved = true;
    }
    if (verdict.kind === "mistake" && verdict.mistakes.length === 1) {
      const [mistake] = verdict.mistakes;
      this.made.set(mistake, (this.made.get(mistake) ?? 0) + 1);
    }
    this.tried = true;
    return verdict;
  }

  /* One hint more: the formula, its numbers, the answer. */
  hint() {
    this.tried = true;
    this.hints = Math.min(this.hints + 1, this.question.hints.length);
    this.solved = this.hints === this.question.hints.length;
  }
}

function practice(root, data) {
  const still = root.querySelector(".cg-still");
  const drawing = new Drawing(svgOf(still.querySelector("img")), () => {});
  drawing.element.setAttribute("aria-label", still.querySelector("img").alt);
  let version = 0;
  let rounds = data.versions[version].modes.map((mode) => new Round(mode));
  let mode = data.start;
  let round = rounds[mode];

  const html = (tag, attributes, content = "") => {
    const made = element(tag, attributes);
    made.innerHTML = content;
    return made;
  };
  const score = element("p", { class: "cg-score" });
  const bar = element("progress", { "aria-label": "Questions answered", value: 0 });
  const prompt = element("p", { class: "cg-formula" });
  const given = element("p", { class: "cg-given" });
  const field = element("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: "0.25, 1/4 or 0.5*2−1" });
  const check = element("button", { type: "button", class: "cg-check-button", onclick: () => submit() }, "Check");
  const help = element("button", { type: "button", onclick: () => hint() }, "Hint");
  const form = element("div", { class: "cg-answer" }, field, check, help);  // no form: a sandboxed frame submits none
  // A notebook takes keys on their way down, Enter among them: at the window we are there before it.
  const typed = (event) => {
    if (event.target !== field || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    event.stopImmediatePropagation();
    if (event.key !== "Enter") return;
    event.preventDefault();
    submit();
  };
  field.addEventListener("focus", () => window.addEventListener("keydown", typed, true));
  field.addEventListener("blur", () => window.removeEventListener("keydown", typed, true));
  const say = element("p", { class: "cg-verdict", role: "status", "aria-live": "polite" });
  const hints = element("ol", { class: "cg-hints", "aria-live": "polite" });
  const done = element("ol", { class: "cg-done" });

  function submit() {
    if (round.over) return again();
    if (round.solved) return next();
    if (field.value.trim() === "?") return hint();
    const answer = typedAnswer(field.value);
    field.setAttribute("aria-invalid", Number.isNaN(answer));
    if (Number.isNaN(answer)) return tell("wrong", "That is no number: type digits, a fraction as 1/3, or arithmetic as 0.5*2 − 1.");
    const verdict = round.judge(answer);
    if (verdict.kind === "right") return solved("Right.");
    if (verdict.kind === "mistake") return tell("mistake", verdict.mistakes.map((mistake) => data.mistakes[mistake]).join(" Or: "));
    if (verdict.kind === "close") return tell("close", `Close. Was it rounded too soon? It is asked for to ${data.digits} digits.`);
    hint("Not yet.");
  }

  function tell(kind, text) {
    say.dataset.kind = kind;
    say.textContent = text;
    show();
    field.select();
  }

  function hint(before = "") {
    if (round.over || round.solved) return;
    round.hint();
    if (round.solved) return solved("So it is this.");
    tell("wrong", `${before} ${round.hints === 1 ? "See the formula below." : "See its numbers below."}`.trim());
  }

  function solved(text) {
    reveal(round.question);
    done.append(html("li", {}, unbroken(round.question.solutionHtml)));
    done.lastChild.scrollIntoView({ block: "nearest" });
    tell("right", `${text} ${plain(round.question.solutionHtml)}`);
    field.readOnly = true;
  }

  function next() {
    round.next();
    begin();
    (round.over ? check : field).focus();
  }

  function again() {
    round.restart();
    restore();
    begin();
    field.focus();
  }

  function begin() {
    field.value = "";
    field.readOnly = false;
    field.removeAttribute("aria-invalid");
    say.textContent = "";
    say.dataset.kind = "";
    show();
    if (round.over) say.textContent = summary();
    field.setAttribute("aria-label", round.over ? "Answer" : `${plain(round.question.promptHtml)} Given: ${plain(round.question.givenHtml)}`);
  }

  function summary() {
    const often = [...round.made].sort((a, b) => b[1] - a[1]).map(([mistake, count]) => `${count}× ${data.mistakes[mistake]}`);
    return `All ${round.asked.length} are answered, ${round.first} of them right at the first try. ${often.join(" ")}`;
  }

  /* Everything that follows from where the round is. */
  function show() {
    const { question, over } = round;
    const answered = round.at + (round.solved ? 1 : 0);
    const place = over ? "Done" : `Question ${round.at + 1} of ${round.asked.length}`;
    score.textContent = `${place} · right at first try: ${round.first} of ${answered}`;
    bar.max = round.asked.length;
    bar.value = answered;
    prompt.innerHTML = over ? "" : unbroken(question.promptHtml);
    given.innerHTML = over ? "" : unbroken(question.givenHtml);
    given.hidden = over || !question.givenHtml;
    hints.replaceChildren(...(over || round.solved ? [] : question.hints.slice(0, round.hints).map((hint) => html("li", {}, unbroken(hint)))));
    field.hidden = help.hidden = over;
    help.disabled = round.solved;
    check.textContent = over ? "Again" : round.solved ? "Next" : "Check";
    drawing.mark("cg-now", over ? [] : question.at);
    drawing.mark("cg-from", over ? [] : question.before);
    if (!over) drawing.follow(question.at[0], true);
  }

  function reveal({ reveals, flow }) {
    for (const [place, text] of reveals) drawing.write(place, text);
    if (flow) drawing.paint(flow[0], flow[1], data.versions[version].largest);
  }

  /* The drawing as it is after so many answers, and the list of these. */
  function restore() {
    for (const place of drawing.places.keys()) if (/ (gradient|local)$/.test(place)) drawing.write(place, null);
    for (const key of drawing.parts.keys()) if (key.startsWith("e")) drawing.paint(key, 0, 0);
    const { values, modes } = data.versions[version];
    for (const [place, text] of [...values, ...modes[mode].shown]) drawing.write(place, text);
    const before = round.asked.slice(0, round.at + (round.solved ? 1 : 0));
    for (const question of before) reveal(question);
    done.replaceChildren(...before.map((question) => html("li", {}, unbroken(question.solutionHtml))));
  }

  function change(to) {
    mode = to;
    round = rounds[mode];
    if (round.solved) round.next();
    restore();
    begin();
  }

  /* The same graph with the numbers that come next, from the beginning. */
  function renew() {
    version = (version + 1) % data.versions.length;
    rounds = data.versions[version].modes.map((each) => new Round(each));
    change(mode);
    tell("", "Other numbers.");
    field.focus();
  }

  const group = `cg-mode-${Math.random()}`;
  const choices = data.names.map((name, place) => element("label", {},
    element("input", { type: "radio", name: group, ...(place === mode ? { checked: "" } : {}), onchange: () => change(place) }),
    element("span", {}, name)));
  const title = html("h2", { class: "cg-title" }, data.titleHtml);
  const player = element("section", { class: "cg-player cg-practice", "data-phase": "backward", "aria-label": `Practice on ${title.textContent}` },
    element("header", { class: "cg-header" }, title,
      element("fieldset", { class: "cg-tracks", "aria-label": "What is asked" }, ...choices),
      ...(data.versions.length > 1 ? [element("button", { type: "button", class: "cg-other", onclick: renew }, "Other numbers")] : []),
      element("div", { class: "cg-view", role: "group", "aria-label": "View" },
        button("Smaller", "smaller", () => drawing.zoom(0.8)),
        button("Whole drawing or readable size", "whole", () => drawing.fit(!drawing.fitted)),
        button("Larger", "larger", () => drawing.zoom(1.25)),
        themeButton(root))),
    drawing.element,
    element("div", { class: "cg-text" },
      element("div", { class: "cg-step" }, element("div", { class: "cg-progress" }, score, bar), prompt, given, form, say, hints),
      element("div", { class: "cg-why", tabindex: 0, role: "group", "aria-label": "Answered" }, element("h3", {}, "Answered"), done)));
  still.hidden = true;
  root.append(player);
  drawing.fitNames();
  change(mode);
  if (root.closest(".cg-page")) field.focus();
}
