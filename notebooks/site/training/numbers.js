/* Numbers as they are read: four digits, a minus sign, and powers of ten where they are needed. */

function shownNumber(x, digits = 4) {
  if (!Number.isFinite(x)) return { Infinity: "∞", "-Infinity": "−∞", NaN: "NaN" }[String(x)];
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    const [digitsOf, power] = x.toExponential(digits - 1).split("e");
    const raised = power.replace("+", "").replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
    return `${digitsOf.replace("-", "−")}·10${raised}`;
  }
  return String(Number(x.toPrecision(digits))).replace("-", "−");
}

const shownLoss = (loss) => (loss === undefined || Number.isNaN(loss) ? "–" : shownNumber(loss, 3));
const percent = (share) => (Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "–");
