"""Formulas made as short as one writes them by hand: ones and zeros dropped, like terms collected, signs turned.

    0.5·(2·(y − a)·(−1))  →  a − y

The laws are those of real numbers. At inf and NaN (0·x → 0, x/x → 1) a formula may come to another number than the
engine's own; `equation` then says so in words.

>>> from autograd.show.writing.formula import Symbol
>>> from autograd.show.writing.names import label_name
>>> a, y = Symbol(label_name("a"), 0.6), Symbol(label_name("y"), 0.01)
>>> tidied(0.5 * (2.0 * (y - a) * -1.0)).text(), tidied(a * a + 1.0 * a + a).text()
('a − y', 'a² + 2·a')
"""

from __future__ import annotations

from collections.abc import Iterable

from autograd.show.writing.formula import Constant, Formula, Negative, Number, Power, Product, Quotient, Sum

#: A coefficient and, in the order in which they were met, bases and their exponents.
Monomial = tuple[float, dict[Formula, float]]


def tidied(whole: Formula) -> Formula:
    """The formula, shorter."""
    if isinstance(whole, Sum):
        return assembled_sum(monomial_of(part) for part in flat_terms(whole))
    if isinstance(whole, Negative | Product | Quotient | Power):
        return assembled_term(monomial_of(whole))
    return whole.of(*map(tidied, whole.operands)) if whole.operands else whole


def flat_terms(whole: Formula, sign: float = 1.0) -> Iterable[Formula]:
    """The terms of a sum, those of sums inside it too: a − (b − c) → a, −b, c."""
    if isinstance(whole, Sum):
        for part in whole.terms:
            yield from flat_terms(part, sign)
    elif isinstance(whole, Negative):
        yield from flat_terms(whole.x, -sign)
    else:
        yield whole if sign > 0 else Negative(whole)


def monomial_of(part: Formula) -> Monomial:
    """A formula as a product of powers."""
    if isinstance(part, Number):
        return part.value, {}
    if isinstance(part, Negative):
        coefficient, powers = monomial_of(part.x)
        return -coefficient, powers
    if isinstance(part, Product):
        return times(*map(monomial_of, part.factors))
    if isinstance(part, Quotient):
        coefficient, powers = monomial_of(part.denominator)
        if coefficient:
            inverse = 1.0 / coefficient, {base: -exponent for base, exponent in powers.items()}
            return times(monomial_of(part.numerator), inverse)
    if isinstance(part, Power) and isinstance(part.exponent, Number):
        coefficient, powers = monomial_of(part.base)
        if coefficient == 1.0 and all(exponent == 1.0 for exponent in powers.values()):
            return 1.0, dict.fromkeys(powers, part.exponent.value) if part.exponent.value else {}  # x⁰ → 1
    if isinstance(part, Sum):
        part = tidied(part)
        if not isinstance(part, Sum):
            return monomial_of(part)
    elif part.operands:
        part = part.of(*map(tidied, part.operands))
    return 1.0, {part: 1.0}


def times(*terms: Monomial) -> Monomial:
    """The product: coefficients multiplied, the exponents of equal bases added."""
    coefficient = 1.0
    powers: dict[Formula, float] = {}
    for number, bases in terms:
        coefficient *= number
        for base, exponent in bases.items():
            powers[base] = powers.get(base, 0.0) + exponent
    return coefficient, {base: exponent for base, exponent in powers.items() if exponent}  # x/x → 1


def assembled_sum(terms: Iterable[Monomial]) -> Formula:
    """Like terms collected: x + x → 2x. A positive term goes first: −y + a → a − y."""
    collected: dict[frozenset[tuple[Formula, float]], Monomial] = {}
    for coefficient, powers in terms:
        kind = frozenset(powers.items())
        before = collected[kind][0] if kind in collected else 0.0
        collected[kind] = before + coefficient, powers
    kept = [term for term in collected.values() if term[0] != 0.0]
    first = next((place for place, (coefficient, _) in enumerate(kept) if coefficient > 0.0), 0)
    ordered = [*kept[first : first + 1], *kept[:first], *kept[first + 1 :]]
    if len(ordered) < 2:
        return assembled_term(ordered[0]) if ordered else Constant(0.0)
    return Sum(tuple(map(assembled_term, ordered)))


def assembled_term(term: Monomial) -> Formula:
    """The product written out: the coefficient first, negative powers below the line."""
    coefficient, powers = term
    if coefficient == 0.0:
        return Constant(0.0)  # 0·x → 0
    only = next(iter(powers), None)
    if isinstance(only, Sum) and powers == {only: 1.0} and coefficient < 0.0:  # −(b − a) → a − b
        terms = [monomial_of(Negative(part)) for part in only.terms]
        if any(inner > 0.0 for inner, _ in terms):
            return assembled_term((-coefficient, {assembled_sum(terms): 1.0}))
    above = [raised(base, exponent) for base, exponent in powers.items() if exponent > 0.0]
    below = [raised(base, -exponent) for base, exponent in powers.items() if exponent < 0.0]
    size = abs(coefficient)
    if below and not above and size < 1.0 and (1.0 / size).is_integer():  # 0.5/y → 1/(2y)
        below, size = [Constant(1.0 / size), *below], 1.0
    if size != 1.0 or not above:
        above = [Constant(size), *above]
    whole = product(above)
    if below:
        whole = Quotient(whole, product(below))
    if coefficient > 0.0 or size != size:
        return whole
    return Constant(-size) if isinstance(whole, Number) else negative(whole)


def negative(whole: Formula) -> Formula:
    """−(2x) with the sign on the number: −2·x."""
    if isinstance(whole, Product) and isinstance(whole.factors[0], Number):
        return Product((Constant(-whole.factors[0].value), *whole.factors[1:]))
    return Negative(whole)


def product(factors: list[Formula]) -> Formula:
    return Product(tuple(factors)) if len(factors) > 1 else factors[0]


def raised(base: Formula, exponent: float) -> Formula:
    return base if exponent == 1.0 else Power(base, Constant(exponent))
