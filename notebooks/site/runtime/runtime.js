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
    this.begin();
  }

  /* A worker with the files, and with what memory was before any program ran, if that is known. */
  async begin() {
    this.files ??= unpackedFiles();
    const { "worker.js": script, "version.txt": version, ...files } = await this.files;
    this.memory ??= new Memory(new TextDecoder().decode(version));
    this.began = false;
    const snapshot = (this.snapshot = await this.memory.read());
    const worker = (this.worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" }))));
    worker.onmessage = ({ data }) => this.worker === worker && this.heard(data);
    worker.onerror = (event) => this.worker === worker && this.heard({ broken: event.message ?? "the worker did not start" });
    worker.postMessage({ files, snapshot });
  }

  heard({ ready, snapshot, id, answer, broken }) {
    if (!this.began && ready) {  // later such words are a program's
      this.began = true;
      if (snapshot) this.memory.keep(snapshot);
      this.onState("ready");
      return this.settle.resolve();
    }
    if (!this.began && broken !== undefined && this.snapshot) {
      this.memory.forget();
      this.worker.terminate();
      return this.begin();
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
    this.settle.reject(new Stopped("stopped"));  // who waits for a Python that will not be ready
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

/* The memory of a Python that has just started, from which another one starts in a tenth of the time: kept for this page,
   and where the page is no file for the next visit. */
class Memory {
  constructor(version) {
    this.name = `snapshot-${version}`;
    this.lasts = location.protocol.startsWith("http") && "caches" in self;
  }

  async read() {
    if (!this.bytes && this.lasts) {
      try {
        const kept = await (await caches.open(Memory.CACHE)).match(this.name);
        if (kept) this.bytes = new Uint8Array(await unpacked(await kept.blob()));
      } catch {
        this.forget();
      }
    }
    return this.bytes;
  }

  async keep(bytes) {
    this.bytes = bytes;
    if (!this.lasts) return;
    try {
      await caches.delete(Memory.CACHE);  // those of other versions
      const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
      const response = new Response(await new Response(packed).blob());
      await (await caches.open(Memory.CACHE)).put(this.name, response);
    } catch {
      this.lasts = false;  // no room, or no storage: then each visit starts anew
    }
  }

  forget() {
    this.bytes = undefined;
    if (this.lasts) caches.delete(Memory.CACHE).catch(() => {});
    this.lasts = false;
  }
}

Memory.CACHE = "chalkgrad-python";

async function unpackedFiles() {
  const names = Object.keys(chalkgradFiles);
  const contents = await Promise.all(names.map((name) => unpacked(new Blob([bytesOf(chalkgradFiles[name])]))));
  for (const name of names) delete chalkgradFiles[name];
  return Object.fromEntries(names.map((name, place) => [name, contents[place]]));
}

function unpacked(blob) {
  return new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place);
  return bytes;
}
