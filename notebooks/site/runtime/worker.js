/* A worker with a Python, below the scripts of Pyodide. It gets the files of the runtime, starts, and answers questions
   one by one.

   Nothing is fetched: what Pyodide asks for by an address is taken from those files. It takes a worker that can import
   scripts for an older kind which it refuses; a page that is a file can start no other. */

let python;

self.onmessage = async ({ data }) => {
  try {
    if (data.files) {
      python = await started(data.files);
      seal();
      postMessage({ ready: true });
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

const TYPES = { wasm: "application/wasm", zip: "application/zip", json: "application/json" };

async function started(files) {
  self.fetch = async (address) => {
    const name = String(address.url ?? address).slice(HOME.length);
    if (!String(address.url ?? address).startsWith(HOME) || !files[name]) throw new TypeError("there is no network here");
    return new Response(files[name], { headers: { "Content-Type": TYPES[name.split(".").pop()] ?? "text/plain" } });
  };
  const python = await loadPyodide({
    indexURL: HOME,
    createPyodideModule: _createPyodideModule,
    lockFileContents: { info: JSON.parse(new TextDecoder().decode(files["info.json"])), packages: {} },
  });
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith(".zip") && name !== "python_stdlib.zip") {
      python.unpackArchive(new Uint8Array(content), "zip", { extractDir: "/lib/python3.14/site-packages" });
    }
  }
  python.runPython(`
import importlib
import json
import asked

def answered(question):
    return json.dumps(importlib.import_module(question.pop("to", "asked")).answer(**question))
`);
  return python;
}
