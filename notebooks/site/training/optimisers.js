/* How parameters move: nn's rules of nn/optimizers/gradient_descent.py with their usual settings, in place.

   step(parameters, gradient, rate) moves both what is given and what is remembered. */

const MOMENTUM = 0.9;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

const OPTIMISERS = {
  /* p ← p − η·g */
  descent: () => ({
    step(p, g, rate) {
      for (let i = 0; i < p.length; i++) p[i] -= rate * g[i];
    },
  }),

  /* v ← μ·v + g, p ← p − η·v */
  momentum: (count) => {
    const v = new Float64Array(count);
    return {
      step(p, g, rate) {
        for (let i = 0; i < p.length; i++) {
          v[i] = MOMENTUM * v[i] + g[i];
          p[i] -= rate * v[i];
        }
      },
    };
  },

  /* u ← β₁·u + (1 − β₁)·g, s ← β₂·s + (1 − β₂)·g², p ← p − η·û/(√ŝ + ε), with û, ŝ corrected for having begun at 0 */
  adam: (count) => {
    const [u, s] = [new Float64Array(count), new Float64Array(count)];
    let steps = 0;
    return {
      step(p, g, rate) {
        steps++;
        const [mean, square] = [1 - BETA1 ** steps, 1 - BETA2 ** steps];
        for (let i = 0; i < p.length; i++) {
          u[i] = BETA1 * u[i] + (1 - BETA1) * g[i];
          s[i] = BETA2 * s[i] + (1 - BETA2) * (g[i] * g[i]);
          p[i] -= (rate * (u[i] / mean)) / (Math.sqrt(s[i] / square) + EPSILON);
        }
      },
    };
  },
};

/* The gradient of λ Σ p², which nn's l2_penalty adds to the loss, added to a gradient. */
function addPenalty(gradient, parameters, strength) {
  if (strength) for (let i = 0; i < gradient.length; i++) gradient[i] += 2 * strength * parameters[i];
}
