"""Scalars become arrays: a scalar program goes in, a program of few array operations and its reverse mode come out.

In reading order:

    program      what an array program is
    reference    what it means, forward and backward, in the plainest words
    schedule     which scalars are computed together
    regroup      they get neighbouring places, and become one operation
    sum_terms    the terms of a group of sums, by the regions that they come from
    matrix_grid  which sums of products are the cells of one matrix product
    strides      which places are a slice, a broadcast row, or must be gathered
    reverse      which derivative flows where
    machine      what a back end makes of a program
    evaluation   formulas of the table as trees
    depending    which numbers of one sample's program differ from sample to sample
    update       what a step of training does besides computing the gradient
    listing      a program as people read it, as data
    printed      the same as text, with the names of parameters and arguments
"""
