// A graph that computes: the numbers of its leaves go in, values, local derivatives and gradients come out. It is made of
// what `computation` in computation.py sends, and `rules` are its operations' values and partials.

class Computation {
  constructor({operands, rule, values}, rules) {
    Object.assign(this, {operands, rule, rules});
    this.values = [...values];
  }

  isLeaf(node) { return !this.operands[node].length; }

  // The forward pass, and the local derivatives at its numbers.
  forwardPass() {
    this.partials = this.operands.map((operands, node) => {
      if (!operands.length) return [];
      const rule = this.rules[this.rule[node]];
      const xs = operands.map((operand) => this.values[operand]);
      const y = (this.values[node] = rule.value(xs));
      return rule.partials(y, xs);
    });
  }

  // ∂root/∂node for every node, by a backward pass.
  gradientsOf(root) {
    const gradients = this.operands.map(() => 0);
    gradients[root] = 1;
    for (let node = root; node >= 0; node--) {
      this.operands[node].forEach((operand, position) => { gradients[operand] += gradients[node] * this.partials[node][position]; });
    }
    return gradients;
  }
}
