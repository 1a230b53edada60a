// An answer as people type it, read and judged on a page, as answers.py does it in a terminal.

const CLOSE = 0.05;  // of the right answer
const NUMBER = /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

const LONGEST_ANSWER = 200;  // characters
const BLANKS = "[ \\t\\r\\n\\u00a0\\u2009\\u202f]+";

/* Digits, a fraction, or arithmetic: + - * / ^ and parentheses, with a comma as a decimal point. NaN for anything else,
   and where a number on the way is none or too large. */
function typedAnswer(text) {
  const trimmed = text.replace(new RegExp(`^${BLANKS}|${BLANKS}$`, "g"), "");
  if ([...trimmed].length > LONGEST_ANSWER) return NaN;
  const plainText = trimmed.replace(/[−–]/g, "-").replace(/[·×∙]/g, "*").replace(/[:÷]/g, "/")
    .replace(/\*\*/g, "^").replace(/,/g, ".");
  const tokens = plainText.match(new RegExp(`[\\d.]+(e[-+]?\\d+)?|${BLANKS}|[^]`, "gi")) ?? [];
  const signs = tokens.filter((token) => !new RegExp(`^${BLANKS}$`).test(token));
  let at = 0;
  const take = (...wanted) => (wanted.includes(signs[at]) ? signs[at++] : null);
  const finite = (x) => {
    if (!Number.isFinite(x)) throw new RangeError("no number");
    return x;
  };

  function atom() {
    if (take("(")) {
      const inside = sum();
      return take(")") ? inside : finite(NaN);
    }
    return finite(NUMBER.test(signs[at] ?? "") ? Number(signs[at++]) : NaN);
  }
  function signed() {
    const sign = take("-", "+");
    if (sign) return sign === "-" ? -signed() : signed();
    const base = atom();
    return take("^") ? finite(base ** signed()) : base;
  }
  function product() {
    let x = signed();
    for (let sign = take("*", "/"); sign; sign = take("*", "/")) {
      const y = signed();
      x = finite(sign === "*" ? x * y : x / y);
    }
    return x;
  }
  function sum() {
    let x = product();
    for (let sign = take("+", "-"); sign; sign = take("+", "-")) {
      const y = product();
      x = finite(sign === "+" ? x + y : x - y);
    }
    return x;
  }

  try {
    const x = sum();
    return at === signs.length ? x : NaN;
  } catch (trouble) {
    if (trouble instanceof RangeError) return NaN;
    throw trouble;
  }
}

/* What is said of an answer: right, close, a mistake (or one of two), or none of these. */
function judged({ right, tolerance, slips }, answer) {
  const off = Math.abs(answer - right);
  if (off <= tolerance) return { kind: "right", mistakes: [] };
  const given = slips.filter(([, number, room]) => Math.abs(answer - number) <= room).map(([mistake]) => mistake);
  const mistakes = [...new Set(given)];
  if (mistakes.length === 1 || mistakes.length === 2) return { kind: "mistake", mistakes };
  return { kind: off <= CLOSE * Math.abs(right) ? "close" : "wrong", mistakes: [] };
}
