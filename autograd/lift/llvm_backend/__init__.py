"""Arrays become machine code: an array program and its reverse mode go in, compiled functions come out.

In reading order:

    machine         a program made ready to run
    lowering        the program over one memory, statement by statement
    place_marks     which statements meet in memory
    fusion          what runs together, and what is never stored
    loops           elementwise statements and sums
    matmul          matrix products, in register blocks
    matmul_axis     along which axis the registers of a matrix product lie
    emitter         a function being written: loops, variables and memory
    lanes           the table of operations, in instructions
    vector_math     exp, tanh, sin and the like
    machine_code    compiling, for this processor
    tape_machine    loops over turns, as machine code
    fingerprint     what tells one compiled program from another
    code_on_disk    compiled programs, kept for the next process
    compiled_once   what was compiled before, by this process or another one, is taken from there
    optimiser_step  an optimiser's rule behind the gradient
    block_steps     steps whose batch is in blocks, which threads share
    training_loop   many steps in one call
"""
