// Numbers as people read them: what `number` in numbers.py writes, byte for byte.

const SUPERSCRIPTS = {"-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹"};

// The digits of a number without sign, point, exponent, and the zeros around them.
const bareDigits = (written) => written.replace(/e.*|[-.]/g, "").replace(/^0+|0+$/g, "");

// A number by toFixed or toExponential, where half a unit goes to the even digit as in Python, and not away from 0.
function halfToEven(x, method, places) {
  const written = x[method](places);
  const [finer, exponent = ""] = x[method](places + 1).split(/(?=e)/);
  const half = finer.endsWith("5") && Number(finer + exponent) === x && bareDigits(x.toExponential(100)) === bareDigits(finer);
  const last = finer.replace(/\.?5$/, "").slice(-1);
  return half && Number(last) % 2 === 0 ? finer.replace(/\.?5$/, "") + exponent : written;
}

const MOST_SIGNIFICANT = 15;  // digits of a float that stand for something
const LAST_BITS = 12;  // digits from which on the last bits of a float can be seen

// Mantissa and exponent of ten, as `decimal` has them.
function decimal(x, asked) {
  if (!Number.isFinite(x) || x === 0) return [String(x), 0];
  const digits = Math.min(asked, MOST_SIGNIFICANT);
  let [mantissa, exponent] = halfToEven(x, "toExponential", digits - 1).split("e");
  exponent = Number(exponent);
  if (-5 < exponent && exponent < 6) {
    mantissa = halfToEven(x, "toFixed", Number.isInteger(x) ? 0 : Math.max(0, digits - 1 - exponent));
    exponent = 0;
  }
  if (mantissa.includes(".") && Math.abs(Number(`${mantissa}e${exponent}`) - x) <= 1e-12 * Math.abs(x)) {
    mantissa = mantissa.replace(/\.?0+$/, "");
  }
  return [mantissa, exponent];
}

// Whether `number` shows less than there is.
function isRounded(x, digits = 3) {
  const [mantissa, exponent] = decimal(x, digits);
  const lastBits = mantissa.replace(/^[-0.]+|\./g, "").length >= LAST_BITS ? 0 : 1e-12 * Math.abs(x);
  return Number.isFinite(x) && Math.abs(Number(`${mantissa}e${exponent}`) - x) > lastBits;
}

// The number that `number` shows.
function asShown(x, digits) {
  const [mantissa, exponent] = decimal(x, digits);
  return Number.isFinite(x) ? Number(`${mantissa}e${exponent}`) : x;
}

// What one more in the last place of the number would be, were no zeros dropped.
function lastPlace(x, digits) {
  const exponent = Number(halfToEven(x, "toExponential", digits - 1).split("e")[1]);
  return Number(`1e${-5 < exponent && exponent < 6 ? Math.min(0, exponent - digits + 1) : exponent - digits + 1}`);
}

// A number as text and as HTML. Most of a page's numbers are shown again and again, so they are remembered.
const shownNumbers = new Map();
const MOST_REMEMBERED = 50000;

function number(x, digits = 3) {
  if (!shownNumbers.has(digits)) shownNumbers.set(digits, new Map());
  const known = shownNumbers.get(digits);
  let name = known.get(x);
  if (name === undefined) {
    if (known.size > MOST_REMEMBERED) known.clear();
    known.set(x, (name = writtenNumber(x, digits)));
  }
  return name;
}

function writtenNumber(x, digits) {
  let [mantissa, exponent] = decimal(x, digits);
  mantissa = mantissa.replace("Infinity", "∞").replace("-", "−");
  if (!exponent) return {text: mantissa, html: mantissa};
  const power = String(exponent);
  const times = /^−?1$/.test(mantissa) ? mantissa.slice(0, -1) : `${mantissa}·`; // 1·10⁶ → 10⁶
  return {
    text: `${times}10${[...power].map((sign) => SUPERSCRIPTS[sign]).join("")}`,
    html: `${times}10<sup>${power.replace("-", "−")}</sup>`,
  };
}
