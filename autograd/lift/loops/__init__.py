"""The scalar program finds its own loops: scalars go in, steps and loops over turns with their reverse mode come out.

In reading order:

    tape            a program of single numbers that goes on step by step
    detection       where a sequence of operations repeats itself
    rolling         a scalar program becomes a tape
    derivatives     which derivatives flow, and what must be stored for them
    passes          the forward and the reverse pass, in any language that has loops
    float_machine   the language of plain Python floats
    hand_over       until as many calls are made that machine code pays
    tape_listing    a tape as people read it
"""
