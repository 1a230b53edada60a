"""Cells with each text stored once: they are what was given, in any part of the rows, and take little room."""

import io
import random
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from nn.data.csv_file import lines_of, read_csv
from nn.data.dataset import dataset_of
from nn.data.preprocessing import Preprocessor
from nn.data.shared_cells import CellsInPieces, SharedCells

CELLS = st.one_of(
    st.sampled_from(["a", "b", "1", "1.0", "", " a"]), st.booleans(), st.floats(), st.integers(), st.none()
)


def same(found, expected):
    assert len(found) == len(expected)
    assert all(one is other or (one == other and type(one) is type(other)) for one, other in zip(found, expected))


@given(st.lists(CELLS), st.data())
def test_cells_are_those_that_were_given(cells, data):
    shared = SharedCells.of(cells)
    same(shared, cells)
    assert len({cell for cell in shared.different if isinstance(cell, str)}) == sum(
        isinstance(cell, str) for cell in shared.different
    )
    rows = data.draw(st.lists(st.integers(0, len(cells) - 1))) if cells else []
    taken = shared.take(rows)
    same(taken, [cells[row] for row in rows])
    assert [shared.different[place] for place in taken.there()] == list(
        {taken.places[i]: cell for i, cell in enumerate(taken)}.values()
    )


@given(st.lists(st.lists(st.sampled_from(["a", " a", "b ", ""]))))
def test_texts_may_come_in_pieces(pieces):
    gathered = CellsInPieces()
    for piece in pieces:
        gathered.extend(piece)
    assert list(gathered.cells()) == [text.strip() for piece in pieces for text in piece]


def test_more_texts_than_a_byte_or_two_can_count():
    for count in (256, 257, 65_536, 65_537):
        cells = [str(i) for i in range(count)]
        assert list(SharedCells.of(cells).take(range(count - 1, -1, -1))) == cells[::-1]


@given(st.text(alphabet="ab\r\n\u2028"))
def test_lines_are_all_of_a_text(text):
    lines = list(lines_of(text))
    assert lines == list(io.StringIO(text, newline=""))


def test_a_table_and_its_parts_take_less_room_than_its_numbers(tmp_path):
    rows, rng = 20_000, random.Random(1)
    path = tmp_path / "table.csv"
    numbers = ("".join(f"{rng.gauss(50, 10):.2f}," for _ in range(6)) for _ in range(rows))
    path.write_text("a,b,c,d,e,f,hue,y\n" + "\n".join(f"{x}{rng.choice('rgb')},{rng.choice('no')}" for x in numbers))
    as_numbers = 8 * 8 * rows
    tracemalloc.start()
    try:
        parts = dataset_of(read_csv(path), "y").split(seed=1)
        kept, most = tracemalloc.get_traced_memory()
        assert kept < as_numbers and most < 4 * as_numbers + path.stat().st_size
        tracemalloc.reset_peak()
        prepare = Preprocessor.fit(parts[0])
        prepared = [prepare.input_array(part.table) for part in parts]
        kept_then, most = tracemalloc.get_traced_memory()
        inputs = sum(x.nbytes for x in prepared)
        assert kept_then - kept < 1.2 * inputs and most - kept < 3 * inputs
    finally:
        tracemalloc.stop()
