/* Python for a page: its files, which scripts have put into `chalkgradFiles`, unpacked once; a worker that runs it; and
   a limit of time, after which the worker is ended and another one begins. */

const chalkgradFiles = (self.chalkgradFiles ??= {});

class Stopped extends Error {}

class Runtime {
  /* Args: what is told when Python is ready, or "starting" again. */
  constructor(onState) {
    this.onState = onState;
    this.waiting = new Map();
    this.count = 0;
    this.start();
  }

  static possible() {
    return typeof WebAssembly === "object" && typeof Worker === "function" && typeof DecompressionStream === "function";
  }

  async start() {
    this.onState("starting");
    this.ready = new Promise((resolve, reject) => { this.settle = { resolve, reject }; });
    this.ready.catch(() => {});
    this.files ??= unpackedFiles();
    const { "worker.js": script, ...files } = await this.files;
    const worker = (this.worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" }))));
    worker.onmessage = ({ data }) => this.worker === worker && this.heard(data);
    worker.onerror = (event) => this.worker === worker && this.heard({ broken: event.message ?? "the worker did not start" });
    worker.postMessage({ files });
  }

  heard({ ready, id, answer, broken }) {
    if (ready) {
      this.onState("ready");
      return this.settle.resolve();
    }
    if (broken !== undefined) {
      this.settle.reject(new Error(broken));
      if (id === undefined) return this.onState("broken", broken);
    }
    const question = this.waiting.get(id);
    this.waiting.delete(id);
    if (!question) return;
    clearTimeout(question.timer);
    if (broken === undefined) return question.resolve(answer);
    question.reject(new Error(`Python ended${ending(broken)}. It starts again.`));
    this.restart();
  }

  /* The answer to a question, within so many milliseconds from when Python is ready. */
  async ask(question, limit) {
    await this.ready;
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.stop(`stopped after ${limit / 1000} s`), limit);
      this.waiting.set(id, { resolve, reject, timer });
      this.worker.postMessage({ id, question });
    });
  }

  get busy() {
    return this.waiting.size > 0;
  }

  stop(reason = "stopped") {
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new Stopped(reason));
    }
    this.restart();
  }

  restart() {
    this.waiting.clear();
    this.worker?.terminate();
    this.start();
  }
}

/* Why Python ended, in words that say what to do where there are any. */
function ending(broken) {
  const deep = /call stack size/.test(broken);
  return deep ? ", as a browser's stack is too small to free a chain of many thousand nodes: make fewer, or keep them" : `: ${broken}`;
}

async function unpackedFiles() {
  const files = {};
  for (const [name, packed] of Object.entries(chalkgradFiles)) {
    const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    files[name] = await new Response(stream).arrayBuffer();
    delete chalkgradFiles[name];
  }
  return files;
}
