/* A worker with a Python, below the scripts of Pyodide. It gets the files of the runtime, starts, and answers questions
   one by one.

   Nothing is fetched: what Pyodide asks for by an address is taken from those files. It takes a worker that can import
   scripts for an older kind which it refuses; a page that is a file can start no other. */

let python;

self.onmessage = async ({ data }) => {
  try {
    if (data.files) {
      python = await started(data.files, data.snapshot);
      const snapshot = data.snapshot ? undefined : python.makeMemorySnapshot();
      seal();
      postMessage({ ready: true, snapshot }, snapshot ? [snapshot.buffer] : []);
    } else {
      const given = python.toPy(data.question);
      const found = python.globals.get("answered")(given);
      given.destroy();
      postMessage({ id: data.id, answer: JSON.parse(found) });
    }
  } catch (error) {
    postMessage({ id: data.id, broken: String(error.message ?? error).slice(-600) });
  }
};

const FIRST = `
import importlib
import json
import random
import asked

def answered(question):
    return json.dumps(importlib.import_module(question.pop("to", "asked")).answer(**question))

asked.warm_up()
`;
const AGAIN = `
importlib.invalidate_caches()
random.seed()
`;
const TYPES = { wasm: "application/wasm", zip: "application/zip", json: "application/json" };

/* A Python that has answered once, so that nothing is left to be imported; from the memory of one that had, if there is a
   snapshot, which is taken before any program runs. */
async function started(files, snapshot) {
  self.fetch = async (address) => {
    const name = String(address.url ?? address).slice(HOME.length);
    if (!String(address.url ?? address).startsWith(HOME) || !files[name]) throw new TypeError("there is no network here");
    return new Response(files[name], { headers: { "Content-Type": TYPES[name.split(".").pop()] ?? "text/plain" } });
  };
  const python = await loadPyodide({
    indexURL: HOME,
    createPyodideModule: _createPyodideModule,
    lockFileContents: { info: JSON.parse(new TextDecoder().decode(files["info.json"])), packages: {} },
    ...(snapshot ? { _loadSnapshot: snapshot } : { _makeSnapshot: true }),
  });
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith(".zip") && name !== "python_stdlib.zip") {
      python.unpackArchive(new Uint8Array(content), "zip", { extractDir: "/lib/python3.14/site-packages" });
    }
  }
  python.runPython(snapshot ? AGAIN : FIRST);
  return python;
}
