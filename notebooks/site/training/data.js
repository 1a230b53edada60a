/* Points of the plane in two classes, 0 and 1, within ±EDGE; and the part of them that is kept for the test. */

const EDGE = 3;

const DATA = {
  /* Two half circles, each reaching into the other. */
  moons: (count, noise, random) => made(count, noise, random, (one) => {
    const angle = Math.PI * random.next();
    const [a, b] = [Math.cos(angle), Math.sin(angle)];
    return one ? [0.75 + 1.5 * a, 0.4 - 1.5 * b] : [-0.75 + 1.5 * a, -0.4 + 1.5 * b];
  }),
  /* A disc, and a ring around it. */
  circles: (count, noise, random) => made(count, noise, random, (one) => {
    const angle = 2 * Math.PI * random.next();
    const radius = one ? 1.1 * Math.sqrt(random.next()) : random.uniform(1.8, 2.6);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  }),
  /* 1 where both signs agree, with a gap between. */
  xor: (count, noise, random) => made(count, noise, random, (one) => {
    const [a, b] = [random.uniform(0.2, 2.6), random.uniform(0.2, 2.6)];
    const sign = random.next() < 0.5 ? -1 : 1;
    return [sign * a, (one ? sign : -sign) * b];
  }),
  /* Two arms that wind one and a half times around the origin, half a turn apart; as nn's. */
  spirals: (count, noise, random) => made(count, noise, random, (one) => {
    const along = Math.sqrt(random.next());
    const angle = 3 * Math.PI * along + (one ? Math.PI : 0);
    return [2.7 * along * Math.cos(angle), 2.7 * along * Math.sin(angle)];
  }),
};

function made(count, noise, random, place) {
  const y = Array.from({ length: count }, (_, index) => index % 2);
  const inside = (x) => Math.max(-EDGE, Math.min(EDGE, x));
  const X = y.map((one) => place(one).map((x) => inside(x + random.gauss(0, noise))));
  return { X, y };
}

/* Which samples are trained on, and which are for the test: a share of them, spread evenly by multiples of the golden
   ratio, so that a point that is added moves none of the others. The first one is trained on. */
function split(count, share) {
  const parts = { train: [], test: [] };
  for (let sample = 0; sample < count; sample++) {
    parts[((sample + 1) * 0.6180339887498949) % 1 < share ? "test" : "train"].push(sample);
  }
  return parts;
}
