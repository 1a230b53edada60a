"""The scalar program finds its own matrices: `jit` runs a function of scalars as an array program.

A Python function and its arguments go in; numbers come out, or one node of the graph with its derivatives. Each room
behind this door takes what the one before it gives; the files of each are listed, in reading order, in its own
`__init__`.

    capture/         a call becomes scalars
    arrays/          scalars become array operations, forward and in reverse
    loops/           scalars become loops, where one step needs the one before
    numpy_backend/   array operations become Python source that calls NumPy
    llvm_backend/    array operations become machine code
    javascript_backend/  array operations become JavaScript

    threads          threads for machine code
    choose_backend   which of the two runs a program
    gradients        value and gradient of a program, nested like the arguments
    specialised      capture and arrays, for one structure of the arguments
    node             what a call leaves in the graph of Values
    bound            a compiled function with its arguments in place, for a loop
    first_call       a program beside the function itself, where they may answer otherwise
    for_each         a function of one sample for each row of a table, values alone
    over_batch       a function of one sample for a batch, with its gradient, for training
    batch_script     the same as JavaScript, for pages
    jit              the compiled function
    without_numpy    jit where NumPy is not installed

Who wants to know what jit does, and not how fast: `jit`, `specialised`, `capture/` and the first files of `arrays/`.
"""
