"""Arrays become Python source: an array program and its reverse mode go in, functions that call NumPy come out.

machine     a program made ready to run, and the backward pass as source
forward     the forward pass as source
formula     an operation of the table as NumPy calls
buffers     names for memory: views, gathers, temporaries
"""
