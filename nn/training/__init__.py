"""How a training runs: samples, an objective and an optimiser go in, moved parameters and a history come out.

What is computed:

    sample_weights      how much each sample counts
    samples             samples and targets in tables, checked
    given_samples       those to train on, and those to validate with
    objective           what is minimised, and its gradients by `backward()`
    engine              what computes it and takes steps, in whatever way
    eager               with Values, one step after the other
    first_batch         what is looked at before the first step
    settings            what a training depends on

What happens:

    improvement         what counts as the best so far
    state               where a training is
    callback            who is told about it
    divergence          why numbers ran away
    dealing             samples in random order
    masks               what dropout leaves out of them
    forward_loss        what a model is worth, where nothing is trained
    epochs              batches and steps, validation, and what is noted after each
    checkpoint          a state in a file, to go on from
    interrupt           Ctrl-C that lets the step in hand finish
    progress            what is seen while it runs

How it is fast, for who wants to know:

    structure           what a model is but for its numbers
    objective_program   the objective as a program for a batch
    kept_programs       those of this process, for the next fit
    parameter_array     the numbers of a model in one array
    compiled_objective  one of them at work, with the numbers of a model
    array_steps         steps on Values and on arrays
    machine_code_steps  many steps in one call
    compiled            the engine that works with arrays
    choose_engine       which of two trains a model
"""
