// ── Where things are in the drawing: the paths through a node, what a step is at and writes, what flows along arrows ──

/* Every element on a path from the node to the root or from a leaf to the node. */
function pathsThrough(start, parents, children) {
  const found = [`n${start}`];
  const walk = (next) => {
    const seen = new Set([start]);
    const stack = [start];
    while (stack.length) {
      for (const [node, edge] of next[stack.pop()]) {
        found.push(edge);
        if (seen.has(node)) continue;
        seen.add(node);
        found.push(`n${node}`);
        stack.push(node);
      }
    }
  };
  walk(parents);
  walk(children);
  return found;
}

function neighbours(operands) {
  const parents = operands.map((list, node) => list.map((parent, position) => [parent, `e${node}_${position}`]));
  const children = operands.map(() => []);
  parents.forEach((list, node) => list.forEach(([parent, edge]) => children[parent].push([node, edge])));
  return { parents, children };
}

/* What a step is at, comes from, and writes: in which places which texts. */
function placed(step, graph) {
  const shown = (x) => number(x, graph.digits).text;
  const value = (node) => [`n${node} value`, shown(graph.values[node]), false];
  const { node, source, position } = step;
  if (step.phase === "aside") {
    const all = step.skipped.map((each) => placed(each, graph));
    return { at: [], from: [], passed: all.flatMap(({ at, from }) => [...at, ...from]), set: all.flatMap(({ set }) => set) };
  }
  if (step.phase === "update") return { at: [`n${node}`], from: [], set: [] };
  if (step.phase === "given") return { at: graph.leaves.map((leaf) => `n${leaf}`), from: [], set: graph.leaves.map(value) };
  if (step.phase !== "backward") {
    const operands = graph.operands[node];
    const edges = operands.map((_, index) => `e${node}_${index}`);
    // A constant is there when it is needed; it has no step of its own.
    return { at: [`n${node}`, ...edges], from: operands.map((operand) => `n${operand}`), set: [node, ...operands].map(value) };
  }
  const set = [[`n${node} gradient`, step.text, step.wrong]];
  if (source === undefined) return { at: [`n${node}`], from: [], set };
  const edge = `e${source}_${position}`;
  const local = [`${edge} local`, shown(graph.partials[source][position]), false];
  return { at: [`n${node}`, edge], from: [`n${source}`], set: [...set, local] };
}

/* The arrows at the gradients of now. */
function paintEdges(graph, drawing) {
  const flows = new Map();
  graph.operands.forEach((operands, node) => operands.forEach((operand, position) => {
    if (!graph.constant.has(operand)) flows.set(`e${node}_${position}`, graph.gradients[node] * graph.partials[node][position]);
  }));
  const largest = [...flows.values()].filter(Number.isFinite).reduce((most, flow) => Math.max(most, Math.abs(flow)), 0);
  for (const [key, flow] of flows) drawing.paint(key, flow, largest);
}
