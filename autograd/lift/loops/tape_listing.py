"""A tape as people read it: `for t in 120:`, and a line for each step, `h1[t] = 0.01 * h2[t] + h1[t - 1]`."""

from __future__ import annotations

from bisect import bisect_right

from autograd.lift.arrays.listing import Listing, Statement
from autograd.lift.arrays.printed import listing
from autograd.lift.arrays.program import Program
from autograd.lift.capture.scalars import LINEAR
from autograd.lift.loops.tape import Carried, Fixed, Gathered, Moving, Operand, Own, Section, Tape, TapeStep
from autograd.symbols import Expression, expression, symbol


def tape_listing(tape: Tape, recordings: int = 1) -> Listing:
    """The statements of a tape, and how much of the scalar program is in loops."""
    return Listing(TapePrinter(tape).statements, tape.recorded, tape.grouped / max(tape.scalars, 1), recordings)


def listed(program: Program | Tape, recordings: int = 1) -> Listing:
    """The statements of either kind of program."""
    return tape_listing(program, recordings) if isinstance(program, Tape) else listing(program, recordings)


class TapePrinter:
    """Names for what a tape computes, and a statement for each step."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.starts: list[int] = []  # of regions and steps, in order of place
        self.names: list[tuple[str, int]] = []  # of each, and how many numbers it has
        for region in tape.regions:
            self.starts.append(region.start)
            self.names.append((region.name, region.stop - region.start))
        taken = {region.name[0] for region in tape.regions}
        letter = next(letter for letter in "hzrstuv" if letter not in taken or letter == "v")
        steps = [(section, step) for section in tape.sections for step in section.steps]
        for number, (section, step) in enumerate(steps, 1):
            self.starts.append(step.out)
            self.names.append((f"{letter}{number}", section.turns))
        self.before: dict[str, dict[int, str]] = {}  # of what is carried: first place → its name in the turn before
        self.statements: list[Statement] = []
        self.known = {region.name for region in tape.regions}
        for number, section in enumerate(tape.sections, 1):
            self.add_section(section, number if section.turns > 1 else 0)

    def add_section(self, section: Section, loop: int) -> None:
        carried = {x for step in section.steps for x in step.operands if isinstance(x, Carried)}
        for x in sorted(carried, key=lambda x: (x.step, x.first)):
            name, _ = self.thing(section.steps[x.step].out)
            starts = self.before.setdefault(name, {})
            starts[x.first] = name + "′" * len(starts)  # the same, from another start
            self.add(Statement(f"{starts[x.first]}[-1]", "", str(self.at(x.first)), self.names_of([x.first]), 0))
        for step in section.steps:
            name, _ = self.thing(step.out)
            formula = self.formula(section, step)
            reads = [name for x in step.operands for name in self.read(section, x)]
            symbol_of = formula.operation.symbol if formula.operation else "="
            shape = "[t]" if loop else ""
            statement = Statement(name, shape, str(formula), reads, section.turns, [], symbol_of)
            statement.loop, statement.turns = loop, section.turns
            self.add(statement)

    def add(self, statement: Statement) -> None:
        """The next statement. What it reads of a later one, from turns before, is no arrow of the drawing."""
        statement.operands = [name for name in dict.fromkeys(statement.operands) if name in self.known]
        self.known.add(statement.name)
        self.statements.append(statement)

    def thing(self, place: int) -> tuple[str, int]:
        """The name of what lies at a place, and the number of the place in it."""
        k = bisect_right(self.starts, place) - 1
        return self.names[k][0], place - self.starts[k]

    def names_of(self, places: list[int]) -> list[str]:
        """What is read, each once, constants aside."""
        return list(dict.fromkeys(self.thing(place)[0] for place in places if place not in self.tape.constants))

    def read(self, section: Section, x: Operand) -> list[str]:
        """The names of what an operand reads."""
        if isinstance(x, Carried):
            return [f"{self.carried(section, x)}[-1]"]
        return self.names_of([section.steps[x.step].out] if isinstance(x, Own) else list(section.places(x)))

    def carried(self, section: Section, x: Carried) -> str:
        """The name of what the turn before has left."""
        return self.before[self.thing(section.steps[x.step].out)[0]][x.first]

    def at(self, place: int) -> Expression:
        """The number at a place: itself, its label, or a name and an index."""
        if place in self.tape.constants:
            return expression(self.tape.constants[place])
        name, index = self.thing(place)
        count = self.names[bisect_right(self.starts, place) - 1][1]
        return symbol(self.tape.labels.get(place) or (name if count == 1 else f"{name}[{index}]"))

    def operand(self, section: Section, x: Operand) -> Expression:
        if isinstance(x, Fixed):
            return self.at(x.place)
        if isinstance(x, Own):
            name, _ = self.thing(section.steps[x.step].out)
            return symbol(f"{name}[t]" if section.turns > 1 else name)
        if isinstance(x, Carried):
            return symbol(f"{self.carried(section, x)}[t - 1]")
        if isinstance(x, Moving):
            name, index = self.thing(x.start)
            turn = "t" if x.stride == 1 else f"{x.stride}·t"
            return symbol(f"{name}[{turn}{f' + {index}' if index else ''}]")
        assert isinstance(x, Gathered)
        return symbol(f"{'|'.join(dict.fromkeys(self.thing(p)[0] for p in x.places.tolist()))}[…t…]")

    def formula(self, section: Section, step: TapeStep) -> Expression:
        """What a step computes."""
        xs = [self.operand(section, x) for x in step.operands]
        if step.op is not LINEAR:
            return Expression(step.op, tuple(xs))
        total: Expression | None = None
        numbers = iter(xs)
        for sign, count in step.terms:
            term = next(numbers) if count == 1 else next(numbers) * next(numbers)
            signed = term if sign > 0 else -term
            total = signed if total is None else total + term if sign > 0 else total - term
        return expression(0.0) if total is None else total
