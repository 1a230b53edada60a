"""Arrays become JavaScript: an array program and its reverse mode go in, the source of a function comes out.

It needs nothing but the language: loops over Float64Arrays. In reading order:

    loop_nest     loops over numbers in one long array, as text
    passes        instructions forward and flows backward, as such loops
    machine       a program made ready to run
    over_samples  one sample's program for many samples at once, with the gradient of its mean
"""
