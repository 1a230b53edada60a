"""How a training runs: samples, an objective and an optimiser go in, moved parameters and a history come out.

samples        samples and targets as lists of floats, checked
eager          the objective, and steps by plain `backward()`
compiled       the same with arrays and machine code
choose_engine  which of the two trains a model
interrupt      Ctrl-C that lets the step in hand finish
progress       what is seen while it runs
checkpoint     all that a training needs to go on
epochs         batches and steps, validation, and what is noted after each
"""
