"""Training on more than one machine, by the workers of a Dask cluster. Needs the extra `dask`.

Collections of Dask go in, whose rows may be more than a memory holds; an engine and what it takes for samples come out.
Each chunk of rows stays with the worker that has it; in a step, workers compute the gradients of their rows, which are
added in an order that does not depend on the workers. In reading order:

    workers       the cluster: found, and its workers looked at
    blocks        rows of Dask's collections, a block a chunk
    chunk         a worker's samples, and which of them belong to a batch
    chunks        all of them, as a training sees samples
    chunk_share   what a worker computes of a batch
    engine        steps by sums of such shares
    given_chunks  what `fit` and `evaluate` take for samples and an engine
"""
