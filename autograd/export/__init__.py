"""Programs leave for other tools: a compiled function goes in; an ONNX model, C, JAX or PyTorch source comes out.

An array program is read in one more arithmetic, whose numbers are arrays with a name; a format says how each is
written. An operation of the table needs nothing here: its rule is written out down to the elementary ones.

In reading order:

    to_file          the door: a compiled function becomes a file
    dataflow         arrays that are each computed once, and what from
    lowering         a program over memory becomes such arrays, forwards and in reverse
    loops            a tape becomes such arrays, its loops included
    functions        a compiled function, with its arguments and gradients
    naming           names that are free in another language
    dialects         the words of JAX and of PyTorch
    python_source    the arrays as Python, in any dialect
    c_words          how C writes operations, numbers and indices
    c_lines          lines of C, and where a number is
    c_source         the arrays as C
    onnx_arithmetic  the elementary functions in operators that are computed in float64
    onnx_graph       the arrays as an ONNX model
"""

from autograd.export.to_file import export as export
