"""The scalar program finds its own matrices: `jit` runs a function of scalars as an array program.

The steps of the algorithm, a file each, in reading order:

    trace          record the scalar graph of one call
    simplify       flatten sums and products, merge what is equal, drop what is not needed
    schedule       find the scalars that are computed together
    regroup        give them neighbouring places
    terms, grid    find the matrix products among their sums
    program        what an array program is; `text` prints it
    reverse        which derivative flows where
    layout         which operands are slices
    machines       which back end runs it: one of
        numpy_backend  straight Python source that calls NumPy
        llvm_backend   machine code, written by
            statements     the program over one memory
            fusion         what runs together, and what is never stored
            loops, tiles   elementwise statements and sums; matrix products (`ways`: along which axis)
            function       loops, variables and memory
            lanes          the table of operations, in instructions; `vector_math` has exp, tanh, sin and the like
            machine_code   compiling, for this processor
            updates        an optimiser's rule; `epochs` takes many steps in one call
    nests          arguments in, results out
    recorded       steps 1 to 6 for one structure of the arguments
    node           what a call leaves in the graph of Values
    step, jit      the compiled function, in a loop and as a function
"""
