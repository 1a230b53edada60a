"""A graph as a page takes it that computes: operations, operands, the leaves' numbers, names, and formulas as trees."""

from __future__ import annotations

from typing import Any

from autograd.javascript.computation import computation
from autograd.show.stepping.timeline import SPOKEN, Timeline
from autograd.show.writing.blackboard import Blackboard, labelled
from autograd.show.writing.trees import Tree, Trees


def graph_data(timeline: Timeline) -> tuple[dict[str, Any], list[str]]:
    """What `Graph` of graph.js takes: data, and the JavaScript of the rules that it speaks of."""
    board, nodes = timeline.board, timeline.nodes
    trees = Trees(board)
    place = {node: index for index, node in enumerate(nodes)}
    computed = [node for node in nodes if node.parents]
    film = next((node for node in computed if not trees.can_compute(node.op, len(node.parents))), None)
    return {
        **computation(nodes, trees.rules),
        "constants": [place[node] for node in nodes if board.is_constant(node)],
        "names": [timeline.names[node].text for node in nodes],
        "namesHtml": [timeline.names[node].html for node in nodes],
        "loose": trees.loose(),
        "spoken": {place[node]: SPOKEN.get(node.op, node.op.name) for node in computed},
        "remedies": {place[node]: node.op.remedy for node in computed if node.op.remedy},
        "formulas": {place[node]: trees.tree(board.value(node)) for node in computed},
        "slopes": {
            place[node]: [slope(trees, node, position) for position in range(len(node.parents))] for node in computed
        },
        "unnamed": None if timeline.unnamed is None else place[timeline.unnamed],
        "unlabelled": [place[node] for node in computed if not labelled(node)],
        "film": None if film is None else place[film],
        "chain": chain_data(timeline, trees, place),
        "calls": trees.calls,
        "digits": timeline.digits,
    }, trees.rules.texts


def slope(trees: Trees, node: Any, position: int) -> Tree:
    """The local derivative of an operand; of an operation whose rules cannot be read, the number alone."""
    if not trees.can_compute(node.op, len(node.parents)):
        return ["#", node.local_grads[position]]
    return trees.tree(trees.board.edge(node, position))


def chain_data(timeline: Timeline, trees: Trees, place: dict[Any, int]) -> dict[str, Any]:
    """The local derivatives that chain rules are made of, as `Chain` of derivation.js takes them.

    `whole` has those of each formula on the board. Where the chain rule of a folded node is asked for, it has a name:
    then the formula that it is a part of has the derivatives in `parted`, and what is inside its own those in `single`.
    """
    board = Blackboard(timeline.root, digits=timeline.digits)

    def locals_of(node: Any, on: Blackboard) -> dict[int, Tree]:
        if not all(trees.can_compute(part.op, len(part.parents)) for part in on.operations(node)):
            return {place[operand]: ["#", on.local_number(node, operand)] for operand in on.operands(node)}
        return {place[operand]: trees.tree(on.local(node, operand)) for operand in on.operands(node)}

    folded = [node for node in board.order if board.is_folded(node)]
    user = {parent: node for node in board.order for parent in node.parents}
    parted = {}
    for node in folded:
        above = user[node]
        while board.is_folded(above):
            above = user[above]
        parted[place[node]] = locals_of(above, board.unfolding(node))
    return {
        "folded": [place[node] for node in folded],
        "whole": {place[n]: locals_of(n, board) for n in board.order if n.parents and not board.is_folded(n)},
        "parted": parted,
        "single": {place[node]: locals_of(node, timeline.board) for node in folded},
    }
