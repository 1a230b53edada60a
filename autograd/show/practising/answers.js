// An answer as people type it, read and judged on a page, as answers.py does it in a terminal.

const CLOSE = 0.05;  // of the right answer
const NUMBER = /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/* Digits, a fraction, or arithmetic: + - * / ^ and parentheses, with a comma as a decimal point. NaN for anything else. */
function typedAnswer(text) {
  const plainText = text.trim().replace(/[−–]/g, "-").replace(/[·×∙]/g, "*").replace(/[:÷]/g, "/")
    .replace(/\*\*/g, "^").replace(/,/g, ".");
  if (plainText.length > 200) return NaN;
  const tokens = plainText.match(/[\d.]+(e[-+]?\d+)?|\S/gi) ?? [];
  let at = 0;
  const take = (...signs) => (signs.includes(tokens[at]) ? tokens[at++] : null);

  function atom() {
    if (take("(")) {
      const inside = sum();
      return take(")") ? inside : NaN;
    }
    return NUMBER.test(tokens[at] ?? "") ? Number(tokens[at++]) : NaN;
  }
  function signed() {
    const sign = take("-", "+");
    if (sign) return sign === "-" ? -signed() : signed();
    const base = atom();
    return take("^") ? base ** signed() : base;
  }
  function product() {
    let x = signed();
    for (let sign = take("*", "/"); sign; sign = take("*", "/")) {
      const y = signed();
      x = sign === "*" ? x * y : x / y;
    }
    return x;
  }
  function sum() {
    let x = product();
    for (let sign = take("+", "-"); sign; sign = take("+", "-")) {
      const y = product();
      x = sign === "+" ? x + y : x - y;
    }
    return x;
  }

  const x = sum();
  return at === tokens.length && Number.isFinite(x) ? x : NaN;
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
