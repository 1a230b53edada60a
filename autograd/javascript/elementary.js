// The elementary functions of every arithmetic, in JavaScript: total, and by IEEE 754, as `Floats` in arithmetic.py.
//
// Where JavaScript's own function differs from C's, is less exact in some browsers, or slow, it is written out here.

const {exp, expm1, log, log1p, sqrt, sin, cos, tan, asin, acos, atan, atan2, sinh, cosh, abs} = Math;
const greater = (a, b) => (a > b ? 1 : 0);
const step = (x) => (x > 0 ? 1 : x <= 0 ? 0 : x);
const maximum = (a, b) => (a >= b || a !== a ? a : b);
const minimum = (a, b) => (a <= b || a !== a ? a : b);
const where = (condition, a, b) => (condition !== 0 ? a : b); // NaN counts as true, as in Python
const detach = (x) => x;

// xᶜ as C's pow: 1 to any power is 1, and (−1)^±∞ is 1, which are NaN in JavaScript.
function power(x, c) {
  if (x === 1 || (x === -1 && abs(c) === Infinity)) return 1;
  return c === 0.5 ? (x === -Infinity ? Infinity : sqrt(x + 0)) : x ** c;
}

// Near 0 by Lambert's continued fraction x/(1 + x²/(3 + x²/(5 + …))), cut off after 15 (1761), elsewhere by exp(−2|x|):
// within 3 ulp of it, and three times as fast as Math.tanh.
function tanh(x) {
  const size = abs(x);
  if (size < 0.625) {
    const u = x * x;
    const below = 2027025 + u * (945945 + u * (51975 + u * (630 + u)));
    return (x * (2027025 + u * (270270 + u * (6930 + u * 36)))) / below;
  }
  const e = exp(-2 * size);
  const y = (1 - e) / (1 + e);
  return x < 0 ? -y : y;
}

// a·b exactly, as the rounded product and what the rounding has lost (Veltkamp's splitting, Dekker 1971).
function product(a, b) {
  const p = a * b;
  const high = (x) => {
    const c = 134217729 * x; // 2²⁷ + 1
    return c - (c - x);
  };
  const [ah, bh] = [high(a), high(b)];
  const [al, bl] = [a - ah, b - bh];
  return [p, al * bl - (p - ah * bh - al * bh - ah * bl)];
}

// √(a² + b²): scaled by a power of two, squared exactly, and the root corrected by what its square misses.
function hypot(a, b) {
  let [x, y] = [maximum(abs(a), abs(b)), minimum(abs(a), abs(b))];
  if (abs(a) === Infinity || abs(b) === Infinity) return Infinity;
  if (!(x > 0)) return x + y; // 0 or NaN
  const scale = x > 1e150 ? 2 ** -600 : x < 1e-150 ? 2 ** 600 : 1;
  [x, y] = [x * scale, y * scale];
  const [xx, lostX] = product(x, x);
  const [yy, lostY] = product(y, y);
  const total = xx + yy;
  const root = sqrt(total);
  const [square, lost] = product(root, root);
  return (root + (total - square - lost + (xx - total + yy) + lostX + lostY) / (2 * root)) / scale;
}

// The correctly rounded sum (Shewchuk 1997; `math.fsum`); of infinities and NaN what repeated addition gives.
function sum(...terms) {
  const endless = terms.filter((x) => !(abs(x) < Infinity));
  if (endless.length) return endless.reduce((total, x) => total + x);
  const parts = []; // they do not overlap: each is smaller than the last bit of the next
  for (const term of terms) {
    let x = term;
    let kept = 0;
    for (let y of parts) {
      if (abs(x) < abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) parts[kept++] = low;
      x = high;
    }
    parts.length = kept;
    parts.push(x);
  }
  // A partial sum beyond the largest float: add at 2⁻⁶⁴ of the size.
  if (parts.some((x) => !(abs(x) < Infinity))) return sum(...terms.map((x) => x * 2 ** -64)) * 2 ** 64;
  let total = 0;
  let low = 0;
  let place = parts.length;
  while (place > 0 && low === 0) {
    const x = total;
    const y = parts[--place];
    total = x + y;
    low = y - (total - x);
  }
  // Half way between two floats the parts below decide.
  if (place > 0 && low * parts[place - 1] > 0) {
    const twice = low * 2;
    const x = total + twice;
    if (twice === x - total) total = x;
  }
  return total + 0;
}

// erf x/x − 1 as a function of x² for |x| ≤ 1, and (1 + x)·exp(x²)·erfc x as one of (x − 2)/(x + 2) for 0.75 ≤ x ≤ 28:
// the polynomials of the vector functions in machine code.
const ERF = [
  0.12837916709551256, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777, 0.0052239776071164225,
  -0.0008548325975389692, 0.00012055294904839707, -1.492473690741966e-05, 1.6447424703317362e-06,
  -1.6208483801871705e-07, 1.3720064546777686e-08, -7.795898827002142e-10,
];
const ERFC = [
  0.7661870289315172, -0.25997483699985235, 0.037813898313592005, 0.04253634950888951, -0.0252435542942182,
  -0.0005182766734562969, 0.003937755327769674, 0.00014468100885968763, -0.0007066295073121432,
  -0.0001399901499363224, 0.0001169504594209628, 6.172896909966068e-05, -7.76774406791602e-06,
  -1.748528666899561e-05, -4.746237562355127e-06, 2.232916138476949e-06, 2.217914324109394e-06,
  1.1795529241213534e-06, -6.508625093998861e-07, -1.118336790358793e-06, 7.296274363084429e-07,
  -1.1288634850069593e-07,
];
const polynomial = (coefficients, x) => coefficients.reduceRight((total, c) => total * x + c, 0);
const erfNearZero = (x) => x + x * polynomial(ERF, x * x);

// exp(−h²)·exp(−l)·(…) for 0.75 ≤ x ≤ 28, where h² + l is x² exactly.
function rightTail(x) {
  const [square, lost] = product(x, x);
  return (exp(-square) * (1 - lost) * polynomial(ERFC, (x - 2) / (x + 2))) / (1 + x);
}

function erf(x) {
  const size = minimum(abs(x), 6);
  const y = size < 1 ? erfNearZero(size) : 1 - rightTail(size);
  return x < 0 || Object.is(x, -0) ? -y : y;
}

function erfc(x) {
  const size = minimum(abs(x), 28);
  if (size < 0.75) return 1 - erfNearZero(x);
  return x < 0 ? 2 - rightTail(size) : rightTail(size);
}
