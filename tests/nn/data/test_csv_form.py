"""What may be said about a file: its separator, header, marks for nothing; files that are packed, or come in pipes."""

import gzip
import io

import pytest

from nn.data.csv_file import CsvForm, read_csv
from nn.data.dataset import load_csv
from nn.data.messages import DataError


@pytest.fixture
def file(tmp_path):
    """A function that writes a text to data.csv."""

    def write(content):
        path = tmp_path / "data.csv"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def test_quotes_behind_a_backslash_are_read(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('name, x\n"H. \\"Barney\\" Ewell, Jr.", 1\n"a", 2\n')
    assert list(read_csv(path).column("name")) == ['H. "Barney" Ewell, Jr.', "a"]
    path.write_text('name,x\n"C:\\",1\n"a",2\n')
    assert list(read_csv(path).column("name")) == ["C:\\", "a"]


def test_a_file_without_header_and_with_marks_of_its_own(file):
    with pytest.raises(DataError, match="look like data.*unless you give --no-header"):
        read_csv(file("1\t-99\n2\t5\n"))
    path = file("1\t-99\tred\n2\t5\tunknown\n3\t6\tblue\n")
    table = read_csv(path, CsvForm(header=False, missing=["-99", "unknown"]))
    assert table.names == ["column 1", "column 2", "column 3"] and list(table.lines) == [1, 2, 3]
    assert table.column("column 2").missing == (0,) and table.texts("column 3") == ["red", None, "blue"]


@pytest.mark.parametrize("delimiter", [":", "~", " ", "\t"])
def test_a_separator_may_be_named(file, delimiter):
    path = file(delimiter.join(["a", "b"]) + "\n" + delimiter.join(["1", "x"]) + "\n" + delimiter.join(["2", "y"]))
    table = read_csv(path, CsvForm(delimiter))
    assert table.names == ["a", "b"] and table.numbers("a") == [1.0, 2.0] and table.delimiter == delimiter
    with pytest.raises(DataError, match="a separator is one character"):
        CsvForm("::")


def test_names_that_come_again_get_a_number(file):
    table = read_csv(file("x,x,x (2),y,x\n1,2,3,a,4\n5,6,7,b,8\n"))
    assert table.names == ["x", "x (3)", "x (2)", "y", "x (4)"]
    assert table.numbers("x (3)") == [2.0, 6.0] and "3 columns are called 'x'" in table.notes[0]


def test_packed_files_and_damaged_ones(tmp_path):
    path = tmp_path / "a.csv.gz"
    packed = gzip.compress(b"x,y\n" + b"".join(b"%d,%s\n" % (i, [b"a", b"b"][i % 2]) for i in range(500)))
    path.write_bytes(packed)
    assert load_csv(path, "y").name == "a" and len(read_csv(path)) == 500
    for damaged in (packed[:-20], packed[:200], packed[:60] + b"xxxx" + packed[64:], packed[:-3] + b"abc"):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="a.csv.gz cannot be unpacked: .*is it whole"):
            read_csv(path)


def test_the_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x;y\n1,5;a\n2;b\n")))
    table = read_csv("-")
    assert table.source == "the standard input" and table.numbers("x") == [1.5, 2.0] and table.delimiter == ";"


def test_columns_are_dropped(file):
    path = file("x,z,y\n1,5,a\n2,6,b\n")
    assert load_csv(path, "y", drop=["z"]).kinds == {"x": "number"}
    with pytest.raises(DataError, match="'y' is to be predicted, and left out as well"):
        load_csv(path, "y", drop=["y"])
    with pytest.raises(DataError, match="no column 'zz'"):
        load_csv(path, "y", drop=["zz"])


@pytest.mark.parametrize(
    "content, numbers",
    [
        ('x,y\n"1,234",a\n999,b\n', [1234.0, 999.0]),  # commas part cells, so they are no decimal signs
        ('x,y\n"0,234",a\n"1,500",b\n', [0.234, 1.5]),  # no thousand begins with 0
        ("x\tz\ty\n1,234\t2.5\ta\n999\t1.5\tb\n", [1234.0, 999.0]),  # points are the file's decimal signs
        ("x;z;y\n1,234;2.5;a\n999;1.5;b\n", [1234.0, 999.0]),
    ],
)
def test_what_commas_mean_where_the_column_does_not_tell(file, content, numbers):
    assert read_csv(file(content)).numbers("x") == numbers


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=\t", "sep=,", "sep=~", "sep= "])
def test_a_first_line_that_names_the_separator_is_none_of_the_table(tmp_path, line, end, encoding):
    path, separator = tmp_path / "data.csv", line.strip('"')[-1]
    rows = [["size", "hue"], ["1.5", "red"], ["2.5", "blue"], ["3.5", "red"]]
    path.write_bytes(end.join([line, *map(separator.join, rows), ""]).encode(encoding))
    table = read_csv(path)
    assert table.names == ["size", "hue"] and table.delimiter == separator and list(table.lines) == [3, 4, 5]
    assert table.numbers("size") == [1.5, 2.5, 3.5] and table.texts("hue") == ["red", "blue", "red"]
    assert read_csv(path, CsvForm(separator)).names == table.names
    without = read_csv(path, CsvForm(header=False))
    assert without.names == ["column 1", "column 2"] and list(without.lines) == [2, 3, 4, 5]


@pytest.mark.parametrize("text", ["sep=x;b\n1;2\n", "sep;b\n1;2\n", "a;b\nsep=;1\n2;3\n", "sep=;;b\n1;2;3\n"])
def test_what_only_looks_like_such_a_line_is_data(file, text):
    assert read_csv(file(text), CsvForm(";")).names == text.split("\n")[0].replace(";;", ";column 2;").split(";")


def test_a_file_of_that_line_alone_is_empty(file):
    with pytest.raises(DataError, match="is empty"):
        read_csv(file("sep=;"))
