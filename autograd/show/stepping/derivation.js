// The chain rule along every path, from any node to the root, on a page: what `derive(…).html` writes.

const MOST_PATHS = 8;
const MOST_CALLED = 12;  // numbers without a label of which it is said what they are

// The board on which one node is asked for: what is folded into the formulas of others, and the derivatives of these.
class Board {
  constructor(graph, asked) {
    this.graph = graph;
    this.known = new Map();
    const {folded, whole, parted, single} = graph.chain;
    this.folded = new Set(folded);
    this.whole = whole;
    this.single = single;
    if (!this.folded.has(asked)) return;
    const [inside] = this.parts(asked);
    let above = asked;
    while (this.folded.has(above)) above = graph.operands.findIndex((operands) => operands.includes(above));
    this.whole = {...whole, [above]: parted[asked]};
    for (const part of inside) this.folded.delete(part);
  }

  // The operations that make up the formula of a node, each before its operands, and what they start from.
  parts(node) {
    const [inside, outside, stack] = [[], [], [node]];
    while (stack.length) {
      const part = stack.pop();
      if (part !== node && !this.folded.has(part)) outside.push(part);
      else {
        inside.push(part);
        stack.push(...[...this.graph.operands[part]].reverse());
      }
    }
    return [inside, outside];
  }

  operands(node) {
    return [...new Set(this.parts(node)[1].filter((part) => !this.graph.constant.has(part)))];
  }

  // ∂node/∂operand for each of its operands, as numbers of the forward pass.
  slopes(node) {
    if (!this.known.has(node)) this.known.set(node, this.computedSlopes(node));
    return this.known.get(node);
  }

  computedSlopes(node) {
    const {operands, partials} = this.graph;
    const factor = new Map([[node, 1]]);
    const slopes = new Map();
    for (const part of this.parts(node)[0]) {
      operands[part].forEach((operand, position) => {
        const term = factor.get(part) * partials[part][position];
        if (this.folded.has(operand)) factor.set(operand, term);
        else slopes.set(operand, slopes.has(operand) ? slopes.get(operand) + term : term);
      });
    }
    return slopes;
  }

  local(node, operand) {
    return (this.whole[node] ?? this.single[node])[operand];
  }
}

// How many paths there are from a node to the root, and the largest of them, each with the product of its derivatives.
// They are found as pieces, each of which continues one that ends a step before.
function pathsTo(board, leaf) {
  const {graph} = board;
  const count = new Map([[leaf, 1n]]);
  const pieces = new Map([[leaf, [{product: 1, node: leaf, before: null}]]]);
  const size = ({product}) => (product !== product ? Infinity : Math.abs(product));
  for (let node = 0; node <= graph.root; node++) {
    if (node === leaf || graph.isLeaf(node) || board.folded.has(node)) continue;
    const operands = board.operands(node).filter((operand) => count.has(operand));
    if (!operands.length) continue;
    const slopes = board.slopes(node);
    count.set(node, operands.reduce((total, operand) => total + count.get(operand), 0n));
    const continued = operands.flatMap((operand) =>
      pieces.get(operand).map((before) => ({product: before.product * slopes.get(operand), node, before})));
    if (count.get(node) > MOST_PATHS) continued.sort((a, b) => (size(a) < size(b)) - (size(a) > size(b)));
    pieces.set(node, continued.slice(0, MOST_PATHS));
  }
  const paths = (pieces.get(graph.root) ?? []).map((last) => {
    const nodes = [];
    for (let piece = last; piece; piece = piece.before) nodes.push(piece.node);
    return {product: last.product, nodes: nodes.reverse()};
  });
  return {count: count.get(graph.root) ?? 0n, paths};
}

class Derivation {
  constructor(graph, leaf) {
    this.graph = graph;
    this.leaf = leaf;
    this.digits = graph.digits;
    this.board = new Board(graph, leaf);
    Object.assign(this, pathsTo(this.board, leaf));
    this.gradient = graph.gradients[leaf];
    this.left = ["d", graph.root, leaf, this.gradient];
  }

  // What is held fixed in the direct derivative of the root, where the total one is another.
  fixed(node, operand) {
    if (node !== this.graph.root) return [];
    const above = new Set();
    this.graph.operands.forEach((operands, other) => {
      if (operands.some((parent) => parent === operand || above.has(parent))) above.add(other);
    });
    return this.board.operands(node).filter((other) => above.has(other));
  }

  partial(node, operand) {
    const fixed = this.fixed(node, operand);
    return ["d", node, operand, this.board.slopes(node).get(operand), ...(fixed.length ? [fixed] : [])];
  }

  edges({nodes}) {
    return abridged(nodes.slice(1).map((node, place) => [nodes[place], node])).map((edge) => (edge === ELLIPSIS ? null : edge));
  }

  factors(path) {
    if (path.nodes.length === 1) return [["#", 1]];
    return this.edges(path).map((edge) => (edge === null ? ELLIPSIS : this.partial(edge[1], edge[0])));
  }

  get isImmediate() {
    return this.count === 1n && this.paths.length === 1 && this.paths[0].nodes.length <= 2;
  }

  locals() {
    const shown = new Map();
    for (const path of this.paths) for (const edge of this.edges(path)) if (edge) shown.set(String(edge), edge);
    const equations = [...shown.values()].map(([operand, node]) => {
      const partial = this.partial(node, operand);
      return equation(partial, this.board.local(node, operand), partial[3], this.digits, this.graph);
    });
    return this.isImmediate && this.leaf === this.graph.root ? [{left: this.left, sides: [["#", 1]]}] : equations;
  }

  // What is called v₁, v₂ … because it has no label, of those that are spoken of.
  called() {
    const {graph} = this;
    const edges = this.paths.flatMap((path) => this.edges(path)).filter(Boolean);
    const spoken = edges.flatMap(([operand, node]) => [operand, node, ...this.fixed(node, operand)]);
    const inOrder = (nodes) => [...new Set(nodes)].filter((node) => graph.unlabelled.has(node)).sort((a, b) => a - b);
    let waiting = inOrder([...spoken, ...edges.flatMap(([operand, node]) => symbolsIn(this.board.local(node, operand)))]);
    const told = new Set();
    while (waiting.length && told.size < MOST_CALLED) {
      const [node, ...rest] = waiting;
      told.add(node);
      waiting = [...new Set([...rest, ...inOrder(symbolsIn(graph.formulas[node]))])].filter((one) => !told.has(one));
    }
    return [...told].sort((a, b) => a - b)
      .map((node) => equation(["s", node], graph.formulas[node], graph.values[node], this.digits, graph));
  }

  numericFactors(path) {
    return this.factors(path).map((factor) => inNumbers(factor, this.graph.values));
  }

  // The product, which overflows or underflows on paper only as a whole.
  product(path) {
    const whole = ["*", ...this.numericFactors(path)];
    if (isCutShort(whole, this.graph)) return path.product;
    const onPaper = workedOut(whole, MOST_DIGITS, this.graph);
    return isSame(path.product, onPaper, 0) ? path.product : onPaper;
  }

  html() {
    const {graph, digits, count, paths, gradient} = this;
    const told = this.isImmediate ? [...this.locals(), ...this.called()] : [...this.called(), ...this.locals()];
    const lines = told.map((made) => `<p>${equationHtml(made, digits, graph)}</p>`);
    if (this.isImmediate) return `<div class="derivation">${lines.join("")}</div>`;
    const more = count > BigInt(paths.length);
    const symbols = paths.map((path, place) => ({
      left: place ? null : this.left, sign: place ? "+" : "=", factors: this.factors(path)}));
    if (more) symbols.push({left: null, sign: "+", factors: [ELLIPSIS]});
    const products = paths.map((path) => this.product(path));
    const sum = ["+", ...products.map((product) => ["#", product])];
    const comesOut = more || shownWell(sum, gradient, digits, graph) !== null;
    const total = comesOut ? gradient : workedOut(sum, MOST_DIGITS, graph);
    const numbers = numericRows(this.left, paths.map((path) => this.numericFactors(path)), products, total, more, digits, graph);
    const name = `∂${graph.names[graph.root]}/∂${graph.names[this.leaf]}`;
    const notes = [];
    if (more) {
      notes.push(`${name} is the sum over all ${count.toLocaleString("en-US")} paths; the ${paths.length} largest are shown.`);
    }
    if (!comesOut) {
      notes.push(`${name} is computed as ${number(gradient, digits).text}: from the root to the leaf, where the numbers`
        + " on the way are rounded, overflow or underflow in another order.");
    }
    const written = [
      htmlTable(symbols, digits, graph), ...lines, htmlTable(numbers, digits, graph),
      ...notes.map((note) => `<p>${escaped(note)}</p>`)];
    return `<div class="derivation">${written.join("")}</div>`;
  }
}

const ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\x22": "&quot;", "\x27": "&#x27;"};
const escaped = (text) => text.replace(/[&<>\x22\x27]/g, (sign) => ESCAPES[sign]);

function equationHtml(made, digits, graph) {
  const writer = new Writer(graph, digits);
  const sides = signsOf(made, digits, graph).map((sign, place) => ` ${sign} ${writer.write(made.sides[place])}`);
  const ending = made.computed
    ? `${made.remark} ${shownRounded(made.computed, digits) ? "≈ " : ""}${writer.write(made.computed)}` : "";
  return writer.write(made.left) + sides.join("") + ending;
}

// ── Rows of factors, in numbers with as many digits as it takes for their products and the sum to come out ──

const digitsOf = (tree, digits) => (tree[0] === "p" ? tree[2] : digits);

function numericRows(left, chains, products, total, cutShort, digits, graph) {
  const end = ["#", total];
  const writer = new Writer(graph, digits);
  if (chains.length === 1 && !cutShort) {
    const factors = precisely(chains[0], total, digits, graph);
    const sign = signBefore(factors, digits);
    if (factors.length === 1 && writer.write(factors[0]) === writer.write(end)) return [{left, sign, factors}];
    return [{left, sign, factors, endSign: signAfter(sign, factors, end, digits, graph), end}];
  }
  const whole = ["+", ...products.map((product) => ["#", product]), ...(cutShort ? [ELLIPSIS] : [])];
  const shown = shownWell(whole, total, digits, graph) ?? whole;
  const needed = digitsOf(shown, digits);
  const listed = chains.map((chain, place) => precisely(chain, products[place], needed, graph));
  const sign = signBefore(listed.flat(), digits);
  const rows = [...listed, ...(cutShort ? [[ELLIPSIS]] : [])].map((factors) => ({left: null, sign: "+", factors}));
  Object.assign(rows[0], {left, sign});
  const summed = sign === "≈" || signBefore([shown], digits) === "≈" ? "≈" : "=";
  const endSign = signAfter(summed, [shown], end, digits, graph);
  return [...rows, {left: null, sign: summed, factors: [shown], endSign, end}];
}

function precisely(factors, product, digits, graph) {
  const needed = digitsOf(shownWell(["*", ...factors], product, digits, graph) ?? [], digits);
  return factors.map((factor) => ["p", factor, needed]);
}

const signBefore = (factors, digits) => (factors.some((factor) => shownRounded(factor, digits)) ? "≈" : "=");

function signAfter(sign, factors, end, digits, graph) {
  const whole = ["*", ...factors];
  if (sign === "≈" || shownRounded(end, digits)) return "≈";
  const same = isCutShort(whole, graph) || isSame(workedOut(whole, digits, graph), end[1], largestNumber(whole));
  return same ? "=" : "≈";
}

function htmlTable(rows, digits, graph) {
  const writer = new Writer(graph, digits);
  const count = Math.max(...rows.map(({factors}) => factors.length));
  const written = rows.map(({left, sign, factors, endSign = "", end = null}) => {
    const shown = factors.map((factor, place) => {
      const text = writer.write(factor);
      return (place > 0 || sign === "+") && text.startsWith("−") ? `(${text})` : text;
    });
    const dotted = shown.map((factor, place) => factor + (place < shown.length - 1 ? " ·" : ""));
    const ends = end === null ? "" : `${endSign} ${writer.write(end)}`;
    const first = left === null ? "" : writer.write(left);
    if (factors.length === 1 && end !== null && writer.write(end)) {
      return `<tr><td>${first}</td><td>${sign}</td><td colspan="${count + 2}">${dotted[0]} ${ends}</td></tr>`;
    }
    const cells = [first, sign, ...Array(count - shown.length).fill(""), ...dotted, "", ends];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return `<table class="chain">${written.join("")}</table>`;
}
