"""Columns of dates: told from texts, by the whole column, and read in new rows as they were in training."""

import math
from datetime import datetime, timedelta

import pytest

from nn.app.experiment import Settings, experiment
from nn.data.dataset import dataset_of
from nn.data.dates import WAYS, moment, way_of_writing
from nn.data.messages import DataError
from nn.data.preprocessing import Preprocessor
from nn.data.table import table_of

MOMENTS = [datetime(2023, 1, 5, 6, 30) + timedelta(days=5.25 * i) for i in range(120)]


def season(date):
    return math.sin(2.0 * math.pi * date.timetuple().tm_yday / 365.25)


def data(texts, targets=None, **options):
    rows = [{"when": text, "x": i % 3, "y": y} for i, (text, y) in enumerate(zip(texts, targets or range(len(texts))))]
    return dataset_of(table_of(rows), "y", **options)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_is_found_and_read(way):
    iso = {"iso": "", "iso with zone": "+02:00"}
    texts = [date.isoformat(" ") + iso[way] if way in iso else date.strftime(way) for date in MOMENTS]
    found = way_of_writing(texts)
    assert [moment(text, found) for text in texts] == [moment(text, way) for text in texts]
    prepare = Preprocessor.fit(data(texts))
    assert prepare.dates == {"when": found} and "when (days)" in prepare.numbers
    again = Preprocessor.from_dict(prepare.to_dict())
    assert again.transform([{"when": texts[7], "x": 1}]) == prepare.transform(data(texts).table)[7:8]


@pytest.mark.parametrize(
    "texts",
    [["12", "13"] * 5, ["1-2", "3-4"] * 5, ["ab 12", "cd 13"] * 5, ["10.5.1", "3.4.9"] * 5, ["May", "June"] * 5],
)
def test_other_texts_are_none(texts):
    assert data(texts).dates == {}


def test_a_zone_is_counted_and_times_of_day_are_inputs():
    assert moment("2024-01-31T01:00:00+02:00", "iso with zone") == datetime(2024, 1, 30, 23)
    assert moment("2024-01-31T01:00:00+02:00", "iso") is moment("2024-01-31", "iso with zone") is None
    day = {"when (day, sin)", "when (day, cos)"}
    assert day <= set(data([date.isoformat() for date in MOMENTS]).kinds)
    assert not day & set(data([date.date().isoformat() for date in MOMENTS]).kinds)


def test_day_or_month_first_is_told_by_the_column_or_not_at_all():
    both = [f"{i % 12 + 1:02}/{i % 11 + 1:02}/2024" for i in range(60)]
    found = data(both)
    assert found.dates == {} and any("no cell tells whether 01/01/2024 begins with the day" in n for n in found.notes)
    prepare = Preprocessor.fit(data([*both, "25/12/2024"]))
    assert prepare.dates == {"when": "%d/%m/%Y"}
    april = prepare.transform([{"when": "03/04/2024", "x": 0}])
    assert april == prepare.transform([{"when": "03/04/2024", "x": 0}, {"when": "30/04/2024", "x": 0}])[:1]
    with pytest.raises(DataError, match="line 1, column 'when': '04/30/2024' is not a date, such as 31/01/2024"):
        prepare.transform([{"when": "04/30/2024", "x": 0}])


def test_years_of_two_digits_are_told_by_the_column_or_not_at_all():
    found = data([date.strftime("%y-%m-%d") for date in MOMENTS])
    assert found.dates == {"when": "%y-%m-%d"}
    assert "column 'when': dates such as 23-01-05 (2023-01-05); days, and" in " ".join(found.notes)
    both = [f"{i % 12 + 1:02}/{i % 11 + 1:02}/{i % 31 + 1:02}" for i in range(400)]
    found = data(both)
    assert found.dates == {} and any("no cell tells whether 01/01/01 begins with the day" in n for n in found.notes)
    prepare = Preprocessor.fit(data([date.strftime("%d.%m.%y") for date in MOMENTS]))
    with pytest.raises(DataError, match=r"'05.01.2023' is not a date, such as 31.01.24"):
        prepare.transform([{"when": "05.01.2023", "x": 0}])
    other = Preprocessor.fit(data([date.strftime("%Y-%m-%d") for date in MOMENTS]))
    short, long = ([{"when": date.strftime(way), "x": 0} for date in MOMENTS] for way in ("%d.%m.%y", "%Y-%m-%d"))
    assert prepare.transform(short) == other.transform(long)


def test_years_of_two_digits_that_may_be_of_two_centuries_are_refused():
    years = [48, 52, 67, 75, 83, 99, 4]
    with pytest.raises(DataError, match=r"line 3, column 'when': the year of '12/30/67' has two digits, and may be of"):
        data([f"12/30/{year:02}" for year in years] * 3)
    assert data([f"12/{day}/{year:02}" for year in (98, 99, 0, 4, 12) for day in (1, 30)]).dates == {"when": "%m/%d/%y"}


def test_two_ways_in_one_column_are_refused():
    iso = [date.date().isoformat() for date in MOMENTS]
    mixed = [*iso[:60], *(date.strftime("%d.%m.%Y") for date in MOMENTS[60:])]
    with pytest.raises(DataError, match="line 61, column 'when': '.*' is not a date as '2023-01-05' is; write all"):
        data(mixed)
    with pytest.raises(DataError, match="line 4, column 'when': 'soon' is not a date as"):
        data([*iso[:3], "soon", *iso[4:]])
    assert data([*iso[:3], "soon", *iso[4:]], categories=["when"]).kinds["when"] == "category"
    assert data([*iso[:3], None, *iso[4:]]).table.column("when (days)").missing == (3,)


def test_a_season_is_learned():
    texts = [date.date().isoformat() for date in MOMENTS]
    run = experiment(data(texts, [season(date) for date in MOMENTS]), Settings(epochs=60), verbose=0)
    assert run.figures["test"]["r2"] > 0.95 and run.trained.columns == ["x", "when"]
    new = datetime(2025, 4, 1)
    assert run.trained.predict([{"x": 1, "when": "2025-04-01"}]) == pytest.approx([season(new)], abs=0.3)
    assert run.trained.predict([[1, "2025-04-01"]]) == run.trained.predict([{"x": 1, "when": "2025-04-01"}])


def test_a_column_that_is_called_like_a_part_leaves_dates_texts():
    rows = [{"when": date.date().isoformat(), "when (days)": 1, "y": i} for i, date in enumerate(MOMENTS)]
    assert dataset_of(rows, "y").dates == {}


def test_moments_with_a_zone_and_without_are_never_counted_together():
    plain = [date.isoformat() for date in MOMENTS]
    zoned = [f"{text}+02:00" for text in plain]
    for texts in ([zoned[0], *plain[1:]], [plain[0], *zoned[1:]]):
        with pytest.raises(DataError, match=r"line 1, .*is not a date as '2023-.* is; write all of them in one way"):
            data(texts)
    for training, asked in ((plain, zoned), (zoned, plain)):
        prepare = Preprocessor.fit(data(training))
        with pytest.raises(DataError, match=r"'2023-01-10T12:30:00(\+02:00)?' is not a date, such as 2024-01-31"):
            prepare.transform([{"when": asked[1], "x": 1}])
