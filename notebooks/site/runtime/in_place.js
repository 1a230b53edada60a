/* The cells of a page of the course, written on and run where they stand. Python, and the editor, are loaded when they are
   first wanted, by scripts, so that this works in a page that is a file; a page weighs no more before. What is typed is
   kept in the page alone. */

(() => {
  const RUNTIME = ["runtime.js"];
  const EDITOR = ["codemirror.js", "python-mode.js"];
  const HERE = document.currentScript.src.replace(/[^/]*$/, "");
  const LIMIT = 30_000;  // milliseconds for a cell

  // ── Cells ────────────────────────────────────────────────────────────────────────────────────────────────────

  class Cell {
    constructor(element, place) {
      Object.assign(this, { element, place });
      this.written = element.querySelector(".cell_input pre").textContent.replace(/\n$/, "");
      this.runs = element.classList.contains("tag_runs");
      this.isExercise = element.classList.contains("tag_exercise");
      this.isCheck = element.classList.contains("tag_check");
    }

    get text() {
      return this.editor?.getValue() ?? this.written;
    }

    get name() {
      return this.isCheck ? "the check" : this.isExercise ? `exercise ${this.number}` : "a cell above";
    }

    /* A row of buttons below the code, and the line that says what happens. */
    dress() {
      const button = (name, action, look = "") => {
        const made = Object.assign(document.createElement("button"), { type: "button", textContent: name, className: look });
        made.addEventListener("click", action);
        return made;
      };
      this.buttons = {
        run: button("Run", () => run(this), this.isExercise ? "first" : ""),
        edit: button("Edit", () => edit(this)),
        reset: button("As it was", () => this.editor.setValue(this.written)),
        stop: button("Stop", () => runtime?.stop()),
      };
      this.buttons.run.title = "Shift+Enter";
      this.buttons.reset.hidden = this.buttons.stop.hidden = true;
      for (const [name, { textContent }] of Object.entries(this.buttons)) {
        this.buttons[name].setAttribute("aria-label", `${textContent}: ${this.isExercise ? this.name : "this cell"}`);
      }
      this.line = document.createElement("span");
      this.line.setAttribute("role", "status");
      const row = document.createElement("div");
      row.className = "in-place";
      row.append(...Object.values(this.buttons), this.line);
      (this.element.querySelector("details.above-input") ?? this.input).after(row);
      this.element.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !event.shiftKey) return;
        event.preventDefault();
        run(this);
      });
      if (this.isExercise) this.input.addEventListener("click", () => getSelection().isCollapsed && edit(this));
    }

    get input() {
      return this.element.querySelector(".cell_input");
    }

    say(text) {
      const told = this.isCheck ? this.exercise : this;
      told.line.textContent = text;
    }

    busy(is) {
      this.buttons.stop.hidden = !is;
      this.element.setAttribute("aria-busy", is);
    }

    show(shown) {
      let place = this.element.querySelector(".cell_output");
      if (!place) {
        place = Object.assign(document.createElement("div"), { className: "cell_output docutils container" });
        this.element.append(place);
      }
      if (this.isCheck) place.setAttribute("role", "status");
      place.replaceChildren(...shown.map((its) => output(its, this)));
    }

    mark(line) {
      this.marked?.clear();
      this.marked = line && this.editor?.markText({ line: line - 1, ch: 0 }, { line, ch: 0 }, { className: "fault" });
    }
  }

  const cells = [...document.querySelectorAll("div.cell:has(.cell_input pre)")].map((element, place) => new Cell(element, place));
  const exercises = cells.filter((cell) => cell.isExercise);
  exercises.forEach((cell, number) => {
    cell.number = number + 1;
    cell.check = cells[cell.place + 1];
    cell.check.exercise = cell;
  });
  for (const cell of cells) if (cell.runs && !cell.isCheck) cell.dress();
  addEventListener("beforeunload", (event) => cells.some((cell) => cell.text !== cell.written) && event.preventDefault());

  // ── What a cell shows ────────────────────────────────────────────────────────────────────────────────────────

  /* Nothing that a cell made is markup of this page: text is text, drawings are images, pages have an origin of their own. */
  function output({ kind, text, line, cell }, from) {
    if (kind === "svg") {
      const image = new Image();
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
      image.alt = "The graph: values, gradients, and what flows along its arrows";
      return image;
    }
    if (kind === "page") return frame(text);
    const printed = document.createElement("pre");
    printed.className = kind === "error" ? "ran fault" : from.isCheck ? `ran ${text.startsWith("✓") ? "right" : "wrong"}` : "ran";
    const where = line ? `line ${line}${cell === from.place ? "" : ` of ${cells[cell].name}`}: ` : "";
    printed.textContent = (kind === "error" ? where : "") + text.replace(/\n$/, "");
    return printed;
  }

  function frame(text) {
    const made = document.createElement("iframe");
    made.title = "What the cell shows, live";
    made.setAttribute("sandbox", "allow-scripts");
    const tell = 'new ResizeObserver(() => parent.postMessage({ height: document.documentElement.offsetHeight }, "*")).observe(document.documentElement)';
    made.srcdoc = `${text.replace("<head>", `<head><style>:root { color-scheme: ${dark() ? "dark" : "light"}; }</style>`)}<script>${tell}</script>`;
    return made;
  }

  addEventListener("message", ({ data, source }) => {
    const its = [...document.querySelectorAll(".cell_output iframe")].find((frame) => frame.contentWindow === source);
    if (its && data?.height > 0) its.style.height = `${Math.min(Math.ceil(data.height), 1500)}px`;
  });

  function dark() {
    const { theme } = document.body.dataset;
    return theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  // ── Python ───────────────────────────────────────────────────────────────────────────────────────────────────

  let runtime, starting, running;

  async function run(target) {
    if (running) return;
    running = target;
    try {
      if (!runtime) target.say("Python starts in this page, which takes some seconds the first time …");
      await (starting ??= started());
      target.busy(true);
      for (const cell of target.check ? [target, target.check] : [target]) {
        if (!(await ran(cell))) break;
      }
    } catch (error) {
      if (!runtime) starting = undefined;
      const forgotten = runtime && "What had run is forgotten, and runs again when it is needed.";
      target.say([error.message, forgotten].filter(Boolean).join(". "));
      if (target.check) target.check.show([{ kind: "text", text: "✗ not yet: it did not come to an end" }]);
    } finally {
      target.busy(false);
      running = undefined;
    }
  }

  /* Run what a cell needs and has not run yet, and then the cell; whether all ended well. */
  async function ran(target) {
    const texts = cells.map((cell) => cell.text);
    const asked = (kind, place) => runtime.ask({ to: "cells", kind, texts, place, whole: place === target.place }, LIMIT);
    const { order, whole } = await asked("plan", target.place);
    for (const [turn, place] of order.entries()) {
      const cell = cells[place];
      target.say(order.length > 1 ? `running ${turn + 1} of ${order.length} cells …` : "running …");
      const { shown, good } = await asked("run", place);
      const fault = shown.find(({ kind }) => kind === "error");
      for (const one of cells) one.mark();
      if (fault) cells[fault.cell].mark(fault.line);
      if (cell === target || (whole[turn] && cell.runs)) cell.show(shown);
      if (good) continue;
      target.say(cell === target ? "It ended with an error." : "A cell that this one needs ended with an error.");
      if (cell !== target) target.show([fault]);
      if (target.check) target.check.show([{ kind: "text", text: "✗ not yet: the cell above ends with an error" }]);
      return false;
    }
    target.say(target.check ? "running its check …" : "");
    return true;
  }

  async function started() {
    const [first, ...others] = RUNTIME;
    await loaded(HERE + first);
    if (!Runtime.possible()) throw new Error("This browser has no WebAssembly or no workers, so nothing can be run here");
    await Promise.all(others.map((name) => loaded(HERE + name)));
    const begun = new Runtime((state) => (document.body.dataset.python = state));
    await begun.ready;
    runtime = begun;
  }

  function loaded(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.addEventListener("load", resolve);
      script.addEventListener("error", () => reject(new Error(`${address.replace(/.*[/]/, "")} is not there`)));
      script.src = address;
      document.head.append(script);
    });
  }

  // ── The editor ───────────────────────────────────────────────────────────────────────────────────────────────

  let editing;

  async function edit(cell) {
    if (cell.editor) return cell.editor.focus();
    try {
      await (editing ??= editor());
    } catch (error) {
      editing = undefined;
      return cell.say(error.message);
    }
    if (cell.editor) return;
    const place = document.createElement("div");
    place.className = "written";
    cell.input.replaceChildren(place);
    cell.editor = CodeMirror(place, {
      value: cell.written, mode: "python", inputStyle: "contenteditable", viewportMargin: Infinity, indentUnit: 4,
      extraKeys: { "Shift-Enter": () => run(cell), Tab: false, "Shift-Tab": false },
    });
    cell.editor.getInputField().setAttribute("aria-label", `Code of ${cell.isExercise ? cell.name : "this cell"}`);
    cell.editor.on("change", () => (cell.buttons.reset.hidden = cell.text === cell.written));
    cell.buttons.edit.hidden = true;
    cell.editor.focus();
  }

  async function editor() {
    const home = HERE.replace(/runtime[/]$/, "playground/");
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${home}codemirror.css` }));
    for (const name of EDITOR) await loaded(home + name);
  }
})();
