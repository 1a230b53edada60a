"""Which columns are used: the most frequent of too many categories; and notes of one kind are one."""

import random

from nn.data.dataset import dataset_of
from nn.data.preprocessing import Preprocessor
from nn.data.table import table_of


def fit(rows):
    return Preprocessor.fit(dataset_of(table_of(rows), "y"))


def test_the_most_frequent_of_too_many_texts_are_inputs():
    rng = random.Random(2)
    rows = [{"town": f"town {int(rng.paretovariate(0.5))}", "x": i % 7, "y": i} for i in range(1000)]
    counts = {}
    for row in rows:
        counts[row["town"]] = counts.get(row["town"], 0) + 1
    prepare = fit(rows)
    known = prepare.categories["town"]
    assert len(counts) > 150 and len(known) == 50 and list(known) == sorted(known)
    assert min(counts[town] for town in known) >= max(n for town, n in counts.items() if town not in known)
    others = sum(n for town, n in counts.items() if town not in known)
    (note,) = prepare.notes
    assert note == (
        f"column 'town': the 50 most frequent of its {len(counts)} texts are inputs; the others, in {others} rows,"
        " count as none of them"
    )
    rare = next(town for town in counts if town not in known)
    assert prepare.transform([{"town": rare, "x": 0}])[0][1:] == [0.0] * 50
    assert "or too rarely" in prepare.surprises(table_of([{"town": rare, "x": 0}]))[0]


def test_every_category_of_many_rows_is_an_input():
    rng = random.Random(2)
    rows = [{"country": f"{i % 120}{'x' * (i % 120 > 99)}-land", "x": rng.random(), "y": i} for i in range(120 * 30)]
    rows += [{"country": f"rare {i // 2}", "x": 1.0, "y": i} for i in range(40)]
    known = fit(rows).categories["country"]
    assert len(known) == 120 and not any(name.startswith("rare") for name in known)


def test_cells_that_make_a_column_of_numbers_one_of_names_are_named():
    rows = [{"year": "Ancient" if i % 8 == 0 else str(1800 + i % 9), "y": i} for i in range(80)]
    assert fit(rows).notes == (
        "column 'year': names of categories are numbers such as 1801 but for 10 cells such as 'Ancient'; leave such"
        " cells empty, or mark them as missing (--na), to have numbers",
    )
    rows = [{"mass": f"[{i}]" if i % 8 == 0 else f"{i}.5", "x": i % 3, "y": i} for i in range(160)]
    (note,) = fit(rows).notes
    assert note.startswith("column 'mass' left out: it has 160 different texts, numbers such as 1.5 but for 20 cells")
    rows = [{"zip": str(10_000 + i % 7), "x": i % 3, "y": i} for i in range(80)]
    assert Preprocessor.fit(dataset_of(table_of(rows), "y", categories=["zip"])).notes == ()


def test_texts_without_end_are_left_out():
    prepare = fit([{"name": f"name {i if i > 3 else 0}", "x": i % 7, "y": i} for i in range(300)])
    assert prepare.notes == ("column 'name' left out: it has 297 different texts such as 'name 0'",)


def test_notes_of_one_kind_are_one():
    rows = [{f"p{j}": 0 if j < 136 else (None if i == j % 50 else i * j) for j in range(142)} for i in range(60)]
    notes = fit([{**row, "y": i} for i, row in enumerate(rows)]).notes
    assert notes[0] == (
        "136 columns left out, each of which is 0 in every row of the training set: 'p0', 'p1', 'p2' and 133 more"
    )
    assert notes[1].startswith("6 missing cells in 6 columns filled with the median: 'p136' by ") and len(notes) == 2
