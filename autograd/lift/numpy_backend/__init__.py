"""Arrays become Python source: an array program and its reverse mode go in, functions that call NumPy come out.

In reading order:

    machine     a program made ready to run
    forward     the forward pass as source
    backward    the backward pass as source
    formula     an operation of the table as NumPy calls
    buffers     names for memory: views, gathers, temporaries

    over_samples  the forward pass of one sample's program for many samples at once
"""
