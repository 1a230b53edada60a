// Both passes on a page: a graph with its leaves' numbers goes in, the steps and what each says come out, as timeline.py
// has them. The graph is what `graph_data` in graph_data.py sends, and `rules` are its operations' values and partials.

class Graph extends Computation {
  constructor(data, rules) {
    super(data, rules);
    const {operands, rule, values, ...rest} = data;
    Object.assign(this, rest);
    this.loose = new Set(data.loose);
    this.constant = new Set(data.constants);
    this.unlabelled = new Set(data.unlabelled);
    this.root = operands.length - 1;
    this.uses = operands.map(() => 0);
    for (const ofOne of operands) for (const operand of ofOne) this.uses[operand]++;
    this.forward = [...operands.keys()].filter((node) => !this.constant.has(node));
    const needed = operands.length > 1 ? operands.flat() : [0];
    this.leaves = [...new Set(needed.filter((node) => this.isLeaf(node) && !this.constant.has(node)))];
    for (const call of this.calls) call.values = Object.fromEntries(
      Object.entries(call.rules).map(([arity, rule]) => [arity, rules[rule]?.value]));
    this.compute();
  }

  compute() {
    this.forwardPass();
    this.gradients = this.gradientsOf(this.root);
  }

  // What a backward pass adds, part by part: to which node, from which, and what the sum is then.
  backward(order, passes) {
    const made = [];
    let grad = this.operands.map(() => 0);
    for (let sweep = 1; sweep <= passes; sweep++) {
      grad = grad.map((x, node) => (this.isLeaf(node) ? x : 0));
      const missing = [...this.uses];
      grad[this.root] += 1;
      made.push({node: this.root, part: 1, total: grad[this.root], adjoint: grad[this.root], complete: true});
      for (const [source, position] of order === "topological" ? this.edgesBackward() : this.edgesDepthFirst()) {
        const node = this.operands[source][position];
        const part = grad[source] * this.partials[source][position];
        const adjoint = grad[source];
        grad[node] += part;
        missing[node]--;
        if (this.constant.has(node)) continue;
        made.push({node, source, position, part, total: grad[node], adjoint, complete: !missing[node]});
      }
    }
    return made;
  }

  *edgesBackward() {
    for (let node = this.root; node >= 0; node--) {
      for (let position = 0; position < this.operands[node].length; position++) yield [node, position];
    }
  }

  // The order of a sweep that runs on as soon as it reaches a node: a well-known mistake.
  *edgesDepthFirst() {
    const seen = new Set([this.root]);
    const stack = [[this.root, 0]];
    while (stack.length) {
      const top = stack.at(-1);
      const [node, position] = top;
      if (position === this.operands[node].length) {
        stack.pop();
        continue;
      }
      top[1]++;
      yield [node, position];
      const operand = this.operands[node][position];
      if (seen.has(operand)) continue;
      seen.add(operand);
      stack.push([operand, 0]);
    }
  }
}

const MOST_GIVEN = 12;  // leaves that are named in the step that gives them

const equalButForRounding = (x, y) =>
  x === y || (x !== x && y !== y) || Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y));

// A timeline: steps as `{phase, node, …}`, with the number that each writes; what it says is written when it is shown.
class Track {
  constructor(graph, {order = "topological", passes = 1} = {}) {
    Object.assign(this, {graph, order, passes});
    this.update();
  }

  // The steps at the numbers that the graph has now.
  update() {
    const {graph} = this;
    const made = graph.backward(this.order, this.passes);
    const given = graph.leaves.length ? [{phase: "given", node: graph.leaves.at(-1)}] : [];
    const computed = graph.forward.filter((node) => !graph.isLeaf(node));
    const forward = computed.map((node) => ({phase: node === graph.root ? "loss" : "forward", node}));
    const updates = this.passes === 1 && this.order === "topological" ? [...(graph.learning?.learn ?? [])] : [];
    this.steps = [
      ...given, ...forward, ...made.map((part) => this.backwardStep(part)), ...updates.map((node) => ({phase: "update", node}))];
  }

  backwardStep(made) {
    const {graph} = this;
    const several = graph.uses[made.node] > 1 || (this.passes > 1 && graph.isLeaf(made.node));
    const wrong = made.complete && !equalButForRounding(made.total, graph.gradients[made.node]);
    return {phase: "backward", ...made, several, wrong, text: number(made.total, graph.digits).text};
  }

  // What a step says: in symbols, in numbers, in sum, and in a sentence.
  words(step) {
    const {graph} = this;
    const {digits} = graph;
    if (step.phase === "given") return this.givenWords();
    const made = this[`${step.phase === "loss" ? "forward" : step.phase}Equation`](step);
    const words = {...symbolsAndNumbers(made, digits, graph), say: this.sentence(step)};
    if (step.phase !== "backward") return words;
    if (step.several && step.total !== step.part) words.sumHtml = number(step.total, digits).html;
    if (step.complete && graph.isLeaf(step.node)) words.checkHtml = checkHtml(graph, step.node, step.total);
    if (step.wrong) words.remarkHtml = `Wrong: it should be ${number(graph.gradients[step.node], digits).html}.`;
    return words;
  }

  // The leaves, as many as `MOST_GIVEN` of them.
  givenWords() {
    const {graph} = this;
    const shown = graph.leaves.slice(0, MOST_GIVEN);
    const left = graph.leaves.length - shown.length;
    const more = left ? [`and ${left.toLocaleString("en")} more`] : [];
    const formulas = shown.map((node) => symbolsAndNumbers(this.forwardEquation({node}), graph.digits, graph).formulaHtml);
    const said = shown.map((node) => `${graph.names[node]} is ${number(graph.values[node], graph.digits).text}`);
    return {formulaHtml: [...formulas, ...more].join(", "), numbersHtml: "", say: `Given: ${[...said, ...more].join(", ")}.`};
  }

  forwardEquation({node}) {
    const {graph} = this;
    const tree = graph.isLeaf(node) ? graph.values[node] : graph.formulas[node];
    return equation(["s", node], tree, graph.values[node], graph.digits, graph);
  }

  backwardEquation({node, source, position, part, total, adjoint, several}) {
    const {graph} = this;
    const left = ["d", graph.root, node, total];
    if (source === undefined) return {left, sides: [["#", 1]]};
    const above = ["d", graph.root, source, adjoint];
    const local = graph.partials[source][position];
    const sides = [["w", above, graph.slopes[source][position]]];
    const once = graph.operands[source].filter((operand) => operand === node).length === 1;
    if (once && source !== graph.root) sides.unshift(["w", above, ["d", source, node, local]]);
    const factors = ["w", ["#", adjoint], ["#", local]];
    sides.push(shownWell(factors, part, graph.digits, graph) ?? factors, ["#", part]);
    return {left, sides, first: several ? "+=" : "="};
  }

  // w′ = w − η·∂L/∂w, with the number that η has.
  updateEquation({node}) {
    const {graph} = this;
    const {rate} = graph.learning;
    const gradient = graph.gradients[node];
    const tree = ["+", ["s", node], ["-", ["*", rate, ["d", graph.root, node, gradient]]]];
    return equation(["′", node], tree, graph.values[node] - rate * gradient, graph.digits, graph);
  }

  sentence(step) {
    const {graph} = this;
    const shown = (x) => number(x, graph.digits).text;
    const name = (node) => graph.names[node];
    const read = (node) => (graph.constant.has(node) ? "" : `${name(node)}, `) + shown(graph.values[node]);
    if (step.phase === "update") {
      const {rate} = graph.learning;
      const moved = shown(graph.values[step.node] - rate * graph.gradients[step.node]);
      return `Update: ${name(step.node)} becomes itself minus ${shown(rate)} times its gradient: ${moved}.`;
    }
    if (step.phase !== "backward") {
      const operands = graph.operands[step.node];
      const written = shown(graph.values[step.node]);
      const more = operands.length > 6 ? " and more" : "";
      const list = operands.slice(0, 6).map(read).join(" and ");
      const called = step.node === graph.unnamed ? ` It has no label, and is called ${name(step.node)} here and in derive.` : "";
      return `Forward: ${name(step.node)} is the ${graph.spoken[step.node]} of ${list}${more}: ${written}.${called}`;
    }
    const {node, source, position, part, total, adjoint, several, complete} = step;
    if (source === undefined) {
      return `Backward: the gradient of ${name(graph.root)} with respect to itself is ${shown(part)}.`;
    }
    const local = shown(graph.partials[source][position]);
    const product = `the gradient of ${name(source)}, ${shown(adjoint)}, times the local derivative ${local}`;
    if (!several) return `Backward: the gradient of ${name(node)} is ${product}: ${shown(total)}.`;
    const state = complete ? ", and complete" : "";
    return `Backward: add ${shown(part)} to the gradient of ${name(node)}, ${product}; it is ${shown(total)}${state}.`;
  }
}
