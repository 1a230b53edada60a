"""What 1.000 means in a file separated by semicolons: its column tells, or the others do, or nobody is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import DataError, read_csv

#: The cells of a column x, those of a column y, and the numbers of x; None: refused.
FILES = [
    (["1.000", "2.500"], ["1", "2"], None),
    (["1.000", "2.500"], ["a", "b"], None),
    (["1.000", "7"], ["1", "2"], None),
    (["-1.000", "+2.500"], ["1", "2"], None),
    (["1.000", "NA"], ["1", "2"], None),
    (["1.000", "2.5"], ["1", "2"], [1.0, 2.5]),
    (["1.000", "0.500"], ["1", "2"], [1.0, 0.5]),
    (["1.000", ".500"], ["1", "2"], [1.0, 0.5]),
    (["1.000", "2.5000"], ["1", "2"], [1.0, 2.5]),
    (["1.000", "1234.500"], ["1", "2"], [1.0, 1234.5]),
    (["1.000", "12500"], ["1", "2"], [1.0, 12500.0]),
    (["1.000", "1.5e3"], ["1", "2"], [1.0, 1500.0]),
    (["1.000", "1,5"], ["1", "2"], [1000.0, 1.5]),
    (["1.000", "2.500,75"], ["1", "2"], [1000.0, 2500.75]),
    (["1.000", "2.500"], ["1,5", "2"], [1000.0, 2500.0]),
    (["1.000", "2.500"], ["1.5", "2"], [1.0, 2.5]),
    (["1.000", "2.500"], ["0.998", "1.001"], [1.0, 2.5]),
    (["1.000", "2.500"], ["9.4", "1,5"], None),
    (["1", "2"], ["1.5", "2,5"], [1.0, 2.0]),
    (["2.5", "3.5"], ["1,5", "2,5"], [2.5, 3.5]),
]


def table(folder, xs, ys, delimiter=";"):
    path = folder / "data.csv"
    path.write_text(f"x{delimiter}y\n" + "".join(f'"{x}"{delimiter}"{y}"\n' for x, y in zip(xs, ys, strict=True)))
    return read_csv(path)


@pytest.mark.parametrize("xs, ys, numbers", FILES)
def test_a_point_before_three_digits(tmp_path, xs, ys, numbers):
    read = table(tmp_path, xs, ys)
    if numbers is None:
        with pytest.raises(DataError, match=r"line 2, column 'x': .*may be a decimal point or a thousands separator"):
            read.numbers("x")
    else:
        assert read.numbers("x") == numbers
        thousands = numbers[0] == 1000.0
        assert any("1.000 was read as 1000.0" in note for note in read.columns["x"].notes) == (
            thousands and "," not in "".join(xs)
        )


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_elsewhere_a_point_is_a_decimal_point(tmp_path, delimiter):
    assert table(tmp_path, ["1.000", "2.500"], ["1", "2"], delimiter).numbers("x") == [1.0, 2.5]


@pytest.mark.parametrize("delimiter", ["\t", "|", " "])
def test_but_not_where_other_columns_have_decimal_commas(tmp_path, delimiter):
    for others, numbers in ((["1.234,50", "7,25"], [1000.0, 2500.0]), (["1234.5", "7.25"], [1.0, 2.5])):
        assert table(tmp_path, ["1.000", "2.500"], others, delimiter).numbers("x") == numbers


@given(numbers=st.lists(st.integers(1_000, 999_999), min_size=1, max_size=6), decimals=st.booleans())
def test_what_one_writes_is_read_or_refused(tmp_path_factory, numbers, decimals):
    """Whole numbers with points for thousands, or thousandths of them with a decimal point: never the other one."""
    written = [f"{n / 1000:.3f}" if decimals else f"{n:,}".replace(",", ".") for n in numbers]
    meant = [n / 1000 for n in numbers] if decimals else [float(n) for n in numbers]
    for other in ("7", "1,5", "1.25"):
        agrees = {"7": True, "1,5": not decimals, "1.25": decimals}[other]
        read = table(tmp_path_factory.mktemp("csv"), written, [other] * len(written))
        try:
            assert read.numbers("x") == meant or not agrees
        except DataError:
            assert other == "7"
