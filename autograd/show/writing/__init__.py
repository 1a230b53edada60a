"""Calculus in writing: a graph of Values goes in, named nodes and their formulas come out, as text, HTML or LaTeX.

In reading order:

    notation            the three notations and their parentheses
    numbers             numbers to a few digits (numbers.js: on a page)
    names               what nodes are called
    formula             the one form behind everything that is written out
    formula_arithmetic  the table read in formulas
    tidy                formulas as short as one writes them by hand
    reader              what a reader works out of the numbers shown
    equation            left = in symbols ≈ in numbers ≈ value
    blackboard          a graph as one writes it down: each node's formula and local derivatives
    trees               formulas as data for a page, which writes them itself (formula.js)
    paths               the terms of the chain rule's sum
    chain               what is written of them: which edges, what is shared, what has to be explained
    rows                products below each other, aligned
    numeric_rows        the same in numbers, which come out as they stand there
"""
