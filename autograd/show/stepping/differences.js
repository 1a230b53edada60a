// What finite differences say of a gradient, on a page: `ridders` of autograd/testing and `checks` of differences.py.

// f′(x) by differences at shrinking steps, extrapolated; central ones, or with side −1 or 1 those to that side.
function ridders(f, x, firstStep, size, side = 0) {
  const power = side ? 2 : 4;
  let [best, least, noise, step, previous] = [NaN, Infinity, 0, firstStep, []];
  for (let turn = 0; turn < 26; turn++) {
    const rounding = (2 ** -52 * size) / step;
    if (rounding > least) break;
    const [low, high] = side ? [x + side * step, x + 2 * side * step] : [x - step, x + step];
    const column = [high === low ? NaN : (f(high) - f(low)) / (high - low)];
    let factor = power;
    for (const earlier of previous.slice(0, 8)) {
      column.push((column.at(-1) * factor - earlier) / (factor - 1));
      factor *= power;
      const error = Math.max(Math.abs(column.at(-1) - column.at(-2)), Math.abs(column.at(-1) - earlier)) + rounding;
      if (error <= least) [best, least, noise] = [column.at(-1), error, rounding];
    }
    previous = Number.isFinite(column[0]) ? column : [];
    step /= 2;
  }
  return {slope: best, excuse: Math.min(least, 1e-4 * Math.abs(best)) + 4 * noise};
}

// The root as a function of one leaf, computed again as far as it depends on it.
function replayed(graph, leaf) {
  const changing = graph.operands.map(() => false);
  changing[leaf] = true;
  const later = [];
  graph.operands.forEach((operands, node) => {
    if (!operands.some((operand) => changing[operand])) return;
    changing[node] = true;
    later.push(node);
  });
  const values = [...graph.values];
  return (x) => {
    values[leaf] = x;
    for (const node of later) values[node] = graph.rules[graph.rule[node]].value(graph.operands[node].map((i) => values[i]));
    return values[graph.root];
  };
}

function check(graph, leaf) {
  const gradient = graph.gradients[leaf];
  const f = replayed(graph, leaf);
  const x = graph.values[leaf];
  if (!Number.isFinite(gradient) || f(x) !== graph.values[graph.root]) return {numeric: NaN, verdict: "unknown"};
  const size = graph.values.filter(Number.isFinite).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const step = 0.01 * Math.max(Math.abs(x), 0.1);
  const {slope, excuse} = ridders(f, x, step, size);
  const slack = 1e-8 + 1e-6 * Math.max(Math.abs(gradient), Math.abs(slope)) + excuse;
  if (Math.abs(gradient - slope) <= slack) return {numeric: slope, verdict: "agrees"};
  const sides = [-1, 1].map((side) => ridders(f, x, step / 2, size, side).slope);
  const [low, high] = [Math.min(...sides), Math.max(...sides)];
  if (low - slack <= gradient && gradient <= high + slack && high - low > slack) {
    return {numeric: (low + high) / 2, verdict: "at a kink"};
  }
  return {numeric: slope, verdict: Number.isFinite(slope) ? "differs" : "unknown"};
}

// What they say of the gradient at the end of a step, which may be a wrong one.
function checkHtml(graph, leaf, gradient) {
  const {numeric, verdict} = check(graph, leaf);
  if (verdict === "unknown") return "Finite differences have no answer here.";
  const written = `finite differences: ${number(numeric, 6).html}`;
  if (!equalButForRounding(gradient, graph.gradients[leaf])) return `✗ ${written}`;
  if (verdict === "at a kink") return `✓ ${written} in the middle, and it is at a kink`;
  return `${verdict === "agrees" ? "✓" : "✗"} ${written}`;
}
