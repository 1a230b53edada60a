"""The numbers of a derivation: products of factors, added up, with the digits that it takes for the result to come out.

>>> from autograd.show.writing.formula import Symbol
>>> from autograd.show.writing.names import label_name
>>> from autograd.show.writing.notation import Text
>>> from autograd.show.writing.rows import aligned, cells
>>> left = Symbol(label_name("s"), 0.5)
>>> chains = [(Factor(Number(2 / 3)), Factor(Number(1 / 3))), (Factor(Number(5 / 18)),)]
>>> rows = numeric_rows(left, chains, [2 / 9, 5 / 18], 0.5, digits=2)
>>> print("\\n".join(aligned(cells(tuple(rows), Text(2)))))
s ≈ 0.67 · 0.33
  +        0.28
  ≈ 0.22 + 0.28 ≈ 0.5
"""

from __future__ import annotations

from dataclasses import replace

from autograd.show.writing.formula import Ellipsis, Formula, Number, Product, Sum
from autograd.show.writing.reader import (
    MOST_DIGITS,
    Precisely,
    is_cut_short,
    is_same,
    largest_number,
    shown_well,
    worked_out,
)
from autograd.show.writing.rows import Factor, Row

Chain = tuple[Factor, ...]


def numeric_rows(
    left: Formula, chains: list[Chain], products: list[float], total: float, digits: int, cut_short: bool = False
) -> list[Row]:
    """left = the sum of these products of numbers, of which there are more if it is cut short = total."""
    end = Number(total)
    if len(chains) == 1 and not cut_short:
        factors = precisely(chains[0], total, digits)
        sign = sign_before(factors, digits)
        if len(factors) == 1 and factors[0].formula.text(digits) == end.text(digits):
            return [Row(left, sign, factors)]
        return [Row(left, sign, factors, sign_after(sign, factors, end, digits), end)]
    more = (Ellipsis(),) if cut_short else ()
    whole = Sum((*map(Number, products), *more))
    found = shown_well(whole, total, digits)
    shown = whole if found is None else found
    needed = shown.digits if isinstance(shown, Precisely) else digits
    listed = [precisely(chain, product, needed) for chain, product in zip(chains, products, strict=True)]
    sign = sign_before(tuple(factor for factors in listed for factor in factors), digits)
    rows = [Row(None, "+", factors) for factors in [*listed, *([(Factor(Ellipsis()),)] if more else [])]]
    rows[0] = replace(rows[0], left=left, sign=sign)
    summed = (Factor(shown),)
    sign = "≈" if sign == "≈" or sign_before(summed, digits) == "≈" else "="
    return [*rows, Row(None, sign, summed, sign_after(sign, summed, end, digits), end)]


def precisely(factors: Chain, product: float, digits: int) -> Chain:
    """The factors with as many digits as it takes for their product to be the one that is shown with `digits`."""
    shown = shown_well(as_product(factors), product, digits)
    needed = shown.digits if isinstance(shown, Precisely) else digits
    return tuple(Factor(Precisely(factor.formula, needed), factor.opens) for factor in factors)


def sign_before(factors: Chain, digits: int) -> str:
    """≈ before factors that are rounded."""
    return "≈" if any(factor.formula.is_rounded(digits) for factor in factors) else "="


def sign_after(sign: str, factors: Chain, end: Number, digits: int) -> str:
    """≈ after factors that were rounded, or come to another number in the last place."""
    whole = as_product(factors)
    if sign == "≈" or end.is_rounded(digits):
        return "≈"
    same = is_cut_short(whole) or is_same(worked_out(whole, digits), end.value, largest_number(whole))
    return "=" if same else "≈"


def as_product(factors: Chain) -> Formula:
    """The product of the factors."""
    return Product(tuple(factor.formula for factor in factors))


def product_on_paper(factors: Chain, product: float) -> float:
    """The product, which overflows or underflows on paper only as a whole, where in floats the order matters."""
    whole = as_product(factors)
    if is_cut_short(whole):
        return product
    on_paper = worked_out(whole, MOST_DIGITS)
    return product if is_same(product, on_paper) else on_paper


def sum_on_paper(products: list[float], total: float, digits: int) -> float:
    """The sum of the products, if it does not come to the total that is shown."""
    whole = Sum(tuple(map(Number, products)))
    return total if shown_well(whole, total, digits) is not None else worked_out(whole, MOST_DIGITS)
