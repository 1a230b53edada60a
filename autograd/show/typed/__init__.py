"""Text becomes a graph: what people type goes in, Values or an error with a caret come out.

In reading order:

    tokens      numbers, names and operators, and errors that point at a place
    vocabulary  which functions, operators and constants there are
    parser      the grammar
    inputs      the names that need a number
"""
