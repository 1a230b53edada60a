"""What runs together, against the definition: no statement meets what another one of its group does elsewhere."""

import numpy as np
import pytest

from autograd.lift.arrays.strides import nested_shape
from autograd.lift.llvm_backend.fusion import grouped, pattern_of
from autograd.lift.llvm_backend.lowering import Each


def meet(a, b):
    """Whether offsets of one element are also those of another."""
    return not np.array_equal(a, b) and np.intersect1d(a, b).size > 0


def offsets(rng, n):
    start = int(rng.integers(0, 60))
    kinds = [np.arange(n), np.zeros(n, dtype=int), rng.permutation(n), rng.integers(0, 9, n), 2 * np.arange(n)]
    return kinds[rng.integers(len(kinds))].astype(np.intp) + start


def statement(reads, write, mode="="):
    return Each(
        tuple(np.asarray(x, dtype=np.intp) for x in reads), np.asarray(write, dtype=np.intp), mode, lambda m, x: x
    )


@pytest.mark.parametrize("seed", range(20))
def test_statements_of_a_group_meet_in_the_same_elements_alone(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.choice([1, 4, 6]))
    statements = [statement([offsets(rng, n) for _ in range(2)], offsets(rng, n)) for _ in range(40)]
    groups = grouped(statements)
    assert sum(len(group.each) for group in groups) == len(statements)
    for group in groups:
        for number, later in enumerate(group.each):
            for earlier in group.each[:number]:
                assert not any(meet(x, earlier.write) for x in (*later.reads, later.write))
                assert not any(meet(later.write, x) for x in earlier.reads)
        for key, access in group.accesses.items():
            assert access.offsets.tobytes() == key
            assert access.offsets.shape == group.shape


def test_a_long_chain_is_one_group_and_takes_no_longer_than_it_is_long():
    chain = [statement([[k + 1], [k]], [k + 2]) for k in range(20_000)]  # minutes, if each were compared with all
    (group,) = grouped(chain)
    assert len(group.each) == len(chain)


def test_what_reads_in_another_order_is_put_in_that_order():
    first, second = statement([[0, 1, 2]], [10, 11, 12]), statement([[12, 10, 11]], [22, 20, 21])
    (group,) = grouped([first, second])
    assert group.each[1].write.tolist() == [20, 21, 22]


def test_a_number_that_two_elements_read_is_not_overwritten():
    reads, writes = statement([[5, 5, 5]], [10, 11, 12]), statement([[20, 21, 22]], [4, 5, 6])
    assert len(grouped([reads, writes])) == 2


@pytest.mark.parametrize("seed", range(20))
def test_a_pattern_stands_for_all_arrays_of_its_shape(seed):
    rng = np.random.default_rng(seed)
    axes = [np.arange(length) for length in rng.integers(2, 4, 3)]

    def regular():
        places = sum(np.ix_(*axes)[k] * rng.integers(0, 5) for k in range(3))
        return np.broadcast_to(places, tuple(map(len, axes))).ravel()

    rows = [regular() for _ in range(rng.integers(1, 4))]
    shape = nested_shape(rows)
    assert nested_shape([pattern_of(shape)]) == shape
    for _ in range(20):
        another = regular() if rng.random() < 0.7 else rng.integers(0, 3, rows[0].size)
        assert nested_shape([*rows, another]) == nested_shape([pattern_of(shape), another])
