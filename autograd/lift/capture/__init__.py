"""A call becomes scalars: a function and its arguments go in, a flat scalar program comes out.

`autograd.recording` watches the function while it runs once, as it always does, and refuses to give numbers away.

In reading order:

    arguments         nested arguments read into flat numbers, and what their structure is
    given             what stands for a number of the arguments, and has nothing else
    batch_operations  what leads into a batch and out of it
    vmap              one sample's program for a whole batch
    recorded_values   which Values were recorded, operands first
    recorded_order    in which order the scalars were made
    unused            operations that no result needs, but that may fail
    recorded_table    what was recorded as arrays, to look at many Values together
    sample_blocks     which parts are the same work for one sample after the other
    sample_axis       of which one is kept, and stands for all samples, as in vmap
    scalars           what a scalar program is
    folding           which constants operations can do without
    simplify          sums and products written flat, equal nodes merged, what is not needed dropped
"""
