"""Running JavaScript in tests: in Node where there is one, in a Chromium where one is asked for.

Numbers go in and come out as their 64 bits, so that NaN, −0 and the last bit arrive.
"""

import atexit
import json
import shutil
import struct
import subprocess
import tempfile
from functools import cache

import pytest

BITS = """
const bits = (x) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
};
const fromBits = (text) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt("0x" + text));
  return view.getFloat64(0);
};
const packed = (x) =>
  typeof x === "number" ? {bits: bits(x)} :
  Array.isArray(x) ? x.map(packed) :
  x && typeof x === "object" ? {fields: Object.entries(x).map(([key, y]) => [key, packed(y)])} : x;
const unpacked = (x) =>
  Array.isArray(x) ? x.map(unpacked) :
  x && typeof x === "object" ? ("bits" in x ? fromBits(x.bits) :
  Object.fromEntries(x.fields.map(([key, y]) => [key, unpacked(y)]))) : x;
"""


def packed(x):
    """Numbers as their bits, the rest as JSON has it."""
    if isinstance(x, bool) or x is None or isinstance(x, str):
        return x
    if isinstance(x, int | float):
        return {"bits": struct.pack(">d", x).hex()}
    if isinstance(x, dict):
        return {"fields": [[key, packed(y)] for key, y in x.items()]}
    return [packed(y) for y in x]


def unpacked(x):
    """The reverse."""
    if isinstance(x, list):
        return [unpacked(y) for y in x]
    if not isinstance(x, dict):
        return x
    return (
        struct.unpack(">d", bytes.fromhex(x["bits"]))[0]
        if "bits" in x
        else {key: unpacked(y) for key, y in x["fields"]}
    )


def in_node(source, given):
    """What the function `answer(given)` of the source returns."""
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        pytest.skip("there is no Node: neither node nor nodejs is on the PATH")
    script = f"""'use strict';{BITS}
{source}
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(packed(answer(unpacked(given)))));"""
    with tempfile.NamedTemporaryFile("w", suffix=".cjs", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        done = subprocess.run([node, file.name], input=json.dumps(packed(given)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return unpacked(json.loads(done.stdout))


ANSWERS = f"""'use strict';{BITS}
require("readline").createInterface({{input: process.stdin}}).on("line", (line) => {{
  const {{source, given}} = JSON.parse(line);
  let found;
  try {{
    const ask = new Function("given", `'use strict';${{source}}\nreturn answer(given);`);
    found = {{answer: packed(ask(unpacked(given)))}};
  }} catch (error) {{
    found = {{error: String(error.stack)}};
  }}
  process.stdout.write(JSON.stringify(found) + "\\n");
}});"""


@cache
def waiting_node():
    """A Node that answers line by line, until the tests are over."""
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        pytest.skip("there is no Node: neither node nor nodejs is on the PATH")
    process = subprocess.Popen([node, "-e", ANSWERS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.communicate)  # which closes its input, at which it ends
    return process


def in_waiting_node(source, given):
    """As `in_node`, without the start of a process, for those who ask often."""
    process = waiting_node()
    process.stdin.write(json.dumps({"source": source, "given": packed(given)}) + "\n")
    process.stdin.flush()
    found = json.loads(process.stdout.readline())
    assert "error" not in found, found["error"]
    return unpacked(found["answer"])


def in_browser(chromium, source, given):
    """The same in a page of a Chromium."""
    tab = chromium.new_page()
    try:
        script = (
            f"(given) => {{'use strict';{BITS}\n{source}\nreturn JSON.stringify(packed(answer(unpacked(given))));}}"
        )
        return unpacked(json.loads(tab.evaluate(script, packed(given))))
    finally:
        tab.close()
