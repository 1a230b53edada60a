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

// Mantissa and exponent of ten, as `decimal` has them.
function decimal(x, digits) {
  if (!Number.isFinite(x) || x === 0) return [String(x), 0];
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
  return Number.isFinite(x) && Math.abs(Number(`${mantissa}e${exponent}`) - x) > 1e-12 * Math.abs(x);
}

// A number as text and as HTML.
function number(x, digits = 3) {
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
