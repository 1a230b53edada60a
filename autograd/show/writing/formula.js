// Formulas on a page: the trees that `formula_tree` in trees.py sends, written in HTML, read as a reader would, and made
// equations. All of it gives what formula.py, reader.py and equation.py give, byte for byte.
//
//   0.5                     a number of the formula        ["#", x]          the number of a symbol
//   ["s", node]             a symbol                       ["d", top, bottom, value, fixed]   ∂top/∂bottom
//   ["+", …] ["*", …]       sums and products              ["w", …]          a product with wide dots
//   ["-", a] ["/", a, b] ["^", a, b]                       ["f", call, …]    a function
//   ["′", node]             a symbol's next value
//   ["…"]                   what is left out               ["p", a, digits]  numbers with that many digits
//
// `graph` has what trees speak of: `namesHtml`, `loose` (names that need parentheses), `values`, and `calls`.

const [SUM, PRODUCT, SIGN, POWER, CALL, ATOM] = [1, 2, 3, 4, 5, 6]; // how tightly a form binds
const TIGHTNESS = {"+": SUM, "*": PRODUCT, w: PRODUCT, "-": SIGN, "/": PRODUCT, "^": POWER};
const FRACTIONS = {0.25: "¼", 0.5: "½", 0.75: "¾"};
const LONGEST_SUM = 12; // terms and factors written out
const MOST_FIXED = 3;
const MOST_DIGITS = 17;
const SAME = 1e-12;

const isConstant = (tree) => typeof tree === "number";
const isNumber = (tree) => isConstant(tree) || tree[0] === "#";
const valueOf = (tree) => (isConstant(tree) ? tree : tree[1]);
const kindOf = (tree) => (isConstant(tree) ? "#" : tree[0]);
const ELLIPSIS = ["…"];

function operandsOf(tree) {
  const kind = kindOf(tree);
  if (kind === "p") return [tree[1]];
  return "+*w-/^".includes(kind) ? tree.slice(1) : kind === "f" ? tree.slice(2) : [];
}

const abridged = (operands) =>
  operands.length <= LONGEST_SUM ? operands : [...operands.slice(0, LONGEST_SUM / 2), ELLIPSIS, operands.at(-1)];

class Writer {
  constructor(graph, digits) {
    this.graph = graph;
    this.digits = digits;
  }

  binds(tree) {
    switch (kindOf(tree)) {
      case "#": {
        const written = this.write(tree);
        return written.includes("10<sup>") ? PRODUCT : written.startsWith("−") ? SIGN : ATOM;
      }
      case "s": return this.graph.loose.has(tree[1]) ? 0 : ATOM;
      case "f": return this.graph.calls[tree[1]].precedence;
      case "p": return new Writer(this.graph, tree[2]).binds(tree[1]);
      default: return TIGHTNESS[tree[0]] ?? ATOM;
    }
  }

  operand(tree, needed) {
    const written = this.write(tree);
    return this.binds(tree) < needed ? `(${written})` : written;
  }

  write(tree) {
    const kind = kindOf(tree);
    const names = this.graph.namesHtml;
    switch (kind) {
      case "#": return number(valueOf(tree), this.digits).html;
      case "s": return names[tree[1]];
      case "′": return `${names[tree[1]]}′`;
      case "d": return this.derivative(tree);
      case "+": return this.sum(abridged(tree.slice(1)));
      case "*": case "w": return this.product(abridged(tree.slice(1)), kind === "w" ? " · " : "·");
      case "-": {
        const written = this.operand(tree[1], PRODUCT);
        return `−${written.startsWith("−") ? `(${written})` : written}`;
      }
      case "/": return `${this.operand(tree[1], kindOf(tree[1]) === "/" ? ATOM : PRODUCT)}/${this.operand(tree[2], POWER)}`;
      case "^": return this.power(tree[1], tree[2]);
      case "f": return this.call(this.graph.calls[tree[1]], tree.slice(2));
      case "p": return new Writer(this.graph, tree[2]).write(tree[1]);
      default: return "…";
    }
  }

  derivative([, top, bottom, , fixed = []]) {
    const names = this.graph.namesHtml;
    const written = `∂${names[top]}/∂${names[bottom]}`;
    if (!fixed.length) return written;
    const few = fixed.slice(0, MOST_FIXED).map((node) => names[node]);
    return `${written}|<sub>${[...few, ...(fixed.length > MOST_FIXED ? ["…"] : [])].join(", ")}</sub>`;
  }

  sum(terms) {
    return terms
      .map((term) => this.operand(term, SUM))
      .map((term, place) => (!place ? term : term.startsWith("−") ? ` − ${term.slice(1)}` : ` + ${term}`))
      .join("");
  }

  product(factors, dot) {
    return factors.map((factor, place) => {
      const quotient = kindOf(factor) === "/" && place < factors.length - 1; // a/b·c would be read as a/(b·c)
      const signed = place > 0 && this.write(factor).startsWith("−"); // a·(−b)
      const fraction = isConstant(factor) && factors.length > 1 ? this.fraction(factor) : "";
      const written = fraction ? (signed ? `(${fraction})` : fraction) : this.operand(factor, signed || quotient ? ATOM : PRODUCT);
      const opens = kindOf(factor) === "+" || (kindOf(factor) === "^" && kindOf(factor[1]) === "+");
      const close = opens && place > 0 && dot === "·" && this.closes(factors[place - 1]);
      return (place && !close ? dot : "") + written;
    }).join("");
  }

  fraction(x) {
    const sign = FRACTIONS[Math.abs(x)] ?? "";
    return sign && (x < 0 ? "−" : "") + sign;
  }

  // Whether no dot is needed between this factor and a parenthesis: a(b + c), ½(b + c), but 2·(b + c).
  closes(factor) {
    return isConstant(factor) ? Boolean(this.fraction(factor)) : factor[0] === "s" && this.binds(factor) === ATOM;
  }

  power(base, exponent) {
    const whole = isNumber(exponent) && Number.isInteger(valueOf(exponent));
    if (whole && [SIGN, ATOM].includes(this.binds(exponent))) {
      return `${this.operand(base, CALL)}<sup>${this.write(exponent)}</sup>`;
    }
    return `${this.operand(base, CALL)}^${this.operand(exponent, ATOM)}`;
  }

  call({templates, needed}, operands) {
    const few = operands.length in templates ? operands : abridged(operands);
    return templates[few.length].replace(/\ue000(\d+)\ue001/g, (_, place) => this.operand(few[place], needed));
  }
}

// The same with a number in the place of each symbol.
function inNumbers(tree, values) {
  if (isConstant(tree)) return tree;
  switch (tree[0]) {
    case "s": return ["#", values[tree[1]]];
    case "d": return ["#", tree[3]];
    case "f": return ["f", tree[1], ...tree.slice(2).map((operand) => inNumbers(operand, values))];
    case "p": return ["p", inNumbers(tree[1], values), tree[2]];
    case "#": case "…": case "′": return tree;
    default: return [tree[0], ...tree.slice(1).map((operand) => inNumbers(operand, values))];
  }
}

const symbolsIn = (tree) => (tree[0] === "s" ? [tree[1]] : operandsOf(tree).flatMap(symbolsIn));

const numbersIn = (tree) => (isNumber(tree) ? [valueOf(tree)] : operandsOf(tree).flatMap(numbersIn));
const shownRounded = (tree, digits) =>
  tree[0] === "p" ? shownRounded(tree[1], tree[2]) : numbersIn(tree).some((x) => isRounded(x, digits));

function equal(a, b) {
  if (isConstant(a) || isConstant(b)) return a === b || (a !== a && b !== b);
  const meaning = (tree) => (tree[0] === "d" ? [tree[1], tree[2], ...(tree[4] ?? [])] : tree.slice(1));
  const [left, right] = [meaning(a), meaning(b)];
  return a[0] === b[0] && left.length === right.length && left.every((part, place) => equal(part, right[place]));
}

// ── What a reader makes of the numbers that are shown ──

const BITS = new DataView(new ArrayBuffer(8));

// x as mantissa, in [½, 1), and exponent of two.
function parted(x) {
  if (x === 0) return [x, 0];
  if (Math.abs(x) < 2 ** -1000) {
    const [mantissa, exponent] = parted(x * 2 ** 200);
    return [mantissa, exponent - 200];
  }
  BITS.setFloat64(0, x);
  const exponent = ((BITS.getUint16(0) >> 4) & 2047) - 1022;
  return [(x * 2 ** (1 - exponent)) / 2, exponent];
}

const timesPowerOfTwo = (x, exponent) => {
  const part = Math.max(-1000, Math.min(1000, exponent));
  return part === exponent || x === 0 ? x * 2 ** part : timesPowerOfTwo(x * 2 ** part, exponent - part);
};

// The product, which overflows or underflows only as a whole.
function productOf(xs) {
  if (!xs.every(Number.isFinite)) return xs.reduce((a, b) => a * b);
  let [mantissa, exponent] = [1, 0];
  for (const x of xs) {
    const [part, more] = parted(x);
    const [next, shift] = parted(mantissa * part);
    [mantissa, exponent] = [next, exponent + more + shift];
  }
  return Math.abs(exponent) > 3000 ? (exponent > 0 ? mantissa / 0 : mantissa * 0) : timesPowerOfTwo(mantissa, exponent);
}

// The number that a formula comes to, worked out as it is written.
function workedOut(tree, digits, graph) {
  if (isNumber(tree)) return asShown(valueOf(tree), digits);
  if (tree[0] === "s") return graph.values[tree[1]];
  const xs = operandsOf(tree).map((operand) => workedOut(operand, tree[0] === "p" ? tree[2] : digits, graph));
  switch (tree[0]) {
    case "+": return xs.reduce((a, b) => a + b);
    case "*": case "w": return productOf(xs);
    case "-": return -xs[0];
    case "/": return xs[0] / xs[1];
    case "^": return power(xs[0], xs[1]);
    case "f": return graph.calls[tree[1]].values[xs.length]?.(xs) ?? NaN;
    default: return xs[0];
  }
}

function isCutShort(tree, graph) {
  const operands = operandsOf(tree);
  const cut = "+*w".includes(kindOf(tree)) || (tree[0] === "f" && graph.calls[tree[1]].many);
  const unknown = tree[0] === "f" && !graph.calls[tree[1]].values[operands.length]; // a rule that could not be read
  return tree[0] === "…" || unknown || (cut && operands.length > LONGEST_SUM) || operands.some((operand) => isCutShort(operand, graph));
}

const bothEndless = (x, y) => x === y || (x !== x && y !== y);

// Whether a reader who gets the one takes the other, which is shown with that many digits, for right.
function shows(worked, value, digits, scale) {
  if (!(Number.isFinite(worked) && Number.isFinite(value))) return bothEndless(worked, value);
  if (value === 0) return Math.abs(worked) <= SAME * scale;
  const slack = 0.5 * lastPlace(value, digits) * (1 + 1e-6) + SAME * Math.abs(value);
  return Math.abs(worked - asShown(value, digits)) <= slack;
}

function isSame(worked, value, scale) {
  if (!(Number.isFinite(worked) && Number.isFinite(value))) return bothEndless(worked, value);
  return Math.abs(worked - value) <= SAME * Math.max(Math.abs(value), value === 0 ? scale : 0);
}

const largestNumber = (tree) => numbersIn(tree).filter(Number.isFinite).reduce((most, x) => Math.max(most, Math.abs(x)), 0);

// The formula with as many digits as it takes for the value to come out, or null if no number of them does.
function shownWell(tree, value, digits, graph) {
  if (isCutShort(tree, graph)) return tree;
  const scale = largestNumber(tree);
  for (let more = digits; more <= Math.max(digits, MOST_DIGITS); more++) {
    if (shows(workedOut(tree, more, graph), value, digits, scale)) return more === digits ? tree : ["p", tree, more];
  }
  return null;
}

// ── Equations ──

// left = in symbols = in numbers = value, without the sides that only repeat the one before.
function equation(left, inSymbols, value, digits, graph) {
  const numbers = inNumbers(inSymbols, graph.values);
  const shown = shownWell(numbers, value, digits, graph);
  if (shown !== null) return {left, sides: withoutRepetition(left, [inSymbols, shown, ["#", value]], digits, graph)};
  const worked = workedOut(numbers, MOST_DIGITS, graph);
  const ends = worked !== worked ? [] : [["#", worked]];
  const sides = [inSymbols, shownWell(numbers, worked, digits, graph) ?? numbers, ...ends];
  return {left, sides: withoutRepetition(left, sides, digits, graph), remark: whatHappens(worked, value), computed: ["#", value]};
}

function withoutRepetition(left, sides, digits, graph) {
  const writer = new Writer(graph, digits);
  const kept = [];
  for (const side of sides) {
    const numbers = inNumbers(side, graph.values);
    if (kept.length && equal(kept.at(-1), numbers) && !equal(numbers, side)) kept.pop();
    if (!equal(side, left) && !(kept.length && writer.write(side) === writer.write(kept.at(-1)))) kept.push(side);
  }
  return kept;
}

function whatHappens(worked, value) {
  if (worked !== worked) return ", which has no value; what is taken for it is";
  if (value !== value) return "; but the chain rule meets 0·∞ or ∞ − ∞ there, and gives";
  return "; the floats of 16 digits round otherwise on the way that was computed, to";
}

// = or ≈ before each side.
function signsOf({sides, first = "="}, digits, graph) {
  let [rounded, before] = [false, null];
  const signs = sides.map((side) => {
    rounded = shownRounded(side, digits) || (rounded && isNumber(side));
    if (before !== null && isNumber(side) && equal(before, inNumbers(before, graph.values))) {
      rounded ||= !isSame(workedOut(before, digits, graph), valueOf(side), largestNumber(before));
    }
    before = side;
    return rounded ? "≈" : "=";
  });
  return first === "=" ? signs : [first, ...signs.slice(1)];
}

// What is said in symbols, and what is said in numbers.
function symbolsAndNumbers(made, digits, graph) {
  const writer = new Writer(graph, digits);
  const symbols = [writer.write(made.left)];
  const numbers = [];
  signsOf(made, digits, graph).forEach((sign, place) => {
    const side = made.sides[place];
    (equal(side, inNumbers(side, graph.values)) ? numbers : symbols).push(`${sign} ${writer.write(side)}`);
  });
  if (made.computed) {
    const sign = shownRounded(made.computed, digits) ? "≈ " : "";
    numbers.push(`${made.remark} ${sign}${writer.write(made.computed)}`.replace(/^[,;] /, ""));
  }
  if (symbols.length === 1 && numbers.length) symbols.push(numbers.shift());
  return {formulaHtml: symbols.join(" "), numbersHtml: numbers.join(" ")};
}
