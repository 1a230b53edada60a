"""A trained network as source for JAX or PyTorch: `predict` takes columns of raw cells by name."""

from __future__ import annotations

from pprint import pformat
from textwrap import indent

from autograd.export.dialects import Dialect
from autograd.export.python_source import PythonSource
from nn.data.cells import MISSING, MISSING_NUMBER
from nn.data.dates import ISO, ISO_WITH_ZONE
from nn.export.missing_marks import codes_of_texts
from nn.export.rows import FromRows

READING = '''
from numbers import Real


def number_in(cell):
    """A cell as a number; NaN if it is missing."""
    if cell is None or (isinstance(cell, str) and not MISSING.isdisjoint([cell, cell.lower()])):
        return nan
    return float(cell)


def place_of(cell, places):
    """The place of a cell's text among the categories; -1 if it is none of them."""
    text = str(cell).removesuffix(".0") if isinstance(cell, Real) else str(cell)
    return float(places.get("" if cell is None or cell != cell else text, -1))


DAYS_OFdef predict(columns):
    """RETURNS for the rows of a table: {name of a column: its cells}."""
'''


DAYS_OF = '''def days_of(cell, way):
    """A date in days since 1970; NaN if it is missing."""
    text = "" if cell is None or cell != cell else cell.isoformat() if hasattr(cell, "isoformat") else str(cell).strip()
    if not NO_DATE.isdisjoint([text, text.lower()]):
        return nan
    iso = way in ("ISO", "ISO_WITH_ZONE")
    moment = datetime.fromisoformat(text) if iso else datetime.strptime(text, way)
    if iso and (text[4:5] != "-" or (moment.tzinfo is not None) != (way == "ISO_WITH_ZONE")):
        raise ValueError(f"{text!r} is written in another way than the dates of the training set: they are {way}")
    if moment.tzinfo is not None:
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return (moment - datetime(1970, 1, 1)) / timedelta(days=1)


'''.replace("ISO_WITH_ZONE", ISO_WITH_ZONE).replace("ISO", ISO)


def python_from_rows(rows: FromRows, dialect: Dialect) -> str:
    """A file whose function `predict` answers for columns by name."""
    network = PythonSource(rows.flow, dialect)
    lines = []
    if rows.numbers or rows.dates:
        lines.append("numbers = [[number_in(cell) for cell in columns[name]] for name in NUMBERS]")
    if rows.dates:
        lines.append("numbers += [[days_of(cell, DATES[name]) for cell in columns[name]] for name in DATES]")
    if rows.texts:
        lines.append("places = [[place_of(cell, PLACES[name]) for cell in columns[name]] for name in PLACES]")
    answer = f"{network.name}({', '.join(f'{dialect.table.format(x.detail)}.T' for x in rows.flow.inputs)})"
    labels = "[CLASSES[place] for place in {}.argmax(-1).tolist()]"
    if not rows.classes:
        returns, answers = "The predictions", [f"return {answer}"]
    elif rows.has_probabilities:
        returns = "The labels and the probabilities of the classes"
        answers = [f"scores, probabilities = {answer}", f"return {labels.format('scores')}, probabilities"]
    else:
        returns, answers = "The labels", [f"return {labels.format(answer)}"]
    tables = {
        "NUMBERS": list(rows.numbers),
        "PLACES": {name: codes_of_texts(list(categories), rows.marks) for name, categories in rows.texts.items()},
        "CLASSES": list(rows.classes),
        "MISSING": {*MISSING_NUMBER, *rows.marks},
    }
    if rows.dates:
        tables |= {"DATES": dict(rows.dates), "NO_DATE": {*MISSING, *rows.marks}}
    written = [
        f"{name} = {pformat(table, width=110, sort_dicts=False, compact=True)}" for name, table in tables.items()
    ]
    reading = READING.replace("RETURNS", returns).replace("DAYS_OF", DAYS_OF * bool(rows.dates))
    if rows.dates:
        reading = "\nfrom datetime import datetime, timedelta, timezone" + reading
    return "\n".join([network.text(), "", *written, "", reading + indent("\n".join([*lines, *answers]), "    "), ""])
