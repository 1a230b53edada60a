"""How a training runs: samples, an objective and an optimiser go in, moved parameters and a history come out.

What is computed:

    samples             samples and targets as lists of floats, checked
    objective           what is minimised, and its gradients by `backward()`
    engine              what computes it and takes steps, in whatever way
    eager               with Values, one step after the other
    first_batch         what is looked at before the first step
    settings            what a training depends on
    choose_engine       which of two trains a model

What happens:

    improvement         what counts as the best so far
    state               where a training is
    callback            who is told about it
    divergence          why numbers ran away
    epochs              batches and steps, validation, and what is noted after each
    checkpoint          a state in a file, to go on from
    interrupt           Ctrl-C that lets the step in hand finish
    progress            what is seen while it runs

How it is fast, for who wants to know:

    compiled            the engine that works with arrays
    compiled_objective  the objective as a program for a batch
    array_steps         steps on Values and on arrays
    machine_code_steps  many steps in one call
"""
