"""A trained network as C: a function of one row, of numbers and texts, that gives the place of its class."""

from __future__ import annotations

from dataclasses import replace

from autograd.export.c_source import CSource
from autograd.export.c_words import HELPERS
from autograd.export.naming import Names
from nn.data.cells import MISSING
from nn.export.dates_as_days import SINCE
from nn.export.rows import FromRows

TEXTS = """\
static int is_missing(const char *text)
{
    if (!text) return 1;
    for (int k = 0; k < (int)(sizeof missing / sizeof *missing); k++) {
        int i = 0;
        for (; text[i]; i++) {
            const char small = text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i];
            if (small != missing[k][i]) break;
        }
        if (!text[i] && !missing[k][i]) return 1;
    }
MARKS    return 0;
}

/* The place of a text among the categories, of which NULL is a missing cell; -1 if it is none of them. */
static double place_of(const char *text, const char *const *categories, int count)
{
    const int none = is_missing(text);
    for (int k = 0; k < count; k++)
        if (categories[k] ? !none && !strcmp(text, categories[k]) : none) return k;
    return -1.0;
}
"""

OWN_MARKS = """\
    for (int k = 0; k < (int)(sizeof marks / sizeof *marks); k++)
        if (!strcmp(text, marks[k])) return 1;
"""


def c_from_rows(rows: FromRows, name: str) -> str:
    """A file with the function `NAME_predict`, for one row.

    It takes the numbers of a row (NaN is a missing one) and its texts in the order that the file states, and gives the
    place of the label in `NAME_classes`, or the predicted number. Probabilities go where it is told.
    """
    prefix = Names().new(name)
    network = CSource(replace(rows.flow, name=f"{prefix}_network"))
    head = [f"{prefix}_predict: written by chalkgrad. {rows.flow.about}", "numbers, NAN if missing:"]
    numbers = [*rows.numbers, *(f"{name}: {SINCE}" for name in rows.dates)]
    head += [f"   [{k}] {column}" for k, column in enumerate(numbers)] or ["   none"]
    head += ["texts, NULL if missing:"]
    head += [f"   [{k}] {column}" for k, column in enumerate(rows.texts)] or ["   none"]
    head += [f"It is not to be compiled with -ffast-math.{network.threads}"]
    parts = [
        "/* " + "\n   ".join(head).replace("*/", "* /") + " */",
        "",
        "#include <math.h>",
        "#include <string.h>",
        "",
    ]
    if rows.texts:
        parts += [texts_as_array("missing", sorted(MISSING)), ""]
        parts += [texts_as_array("marks", rows.marks), ""] if rows.marks else []
    if rows.classes:
        parts += [f"extern {declared(f'{prefix}_classes', len(rows.classes))};"]
        parts += [texts_as_array(f"{prefix}_classes", rows.classes, static=False), ""]
    for k, categories in enumerate(rows.texts.values()):
        parts.append(texts_as_array(f"categories_{k}", categories))
    parts += [
        "",
        *([TEXTS.replace("MARKS", OWN_MARKS * bool(rows.marks))] if rows.texts else []),
        HELPERS,
        *network.tables,
        "static " + network.function().lstrip(),
    ]
    return "\n".join([*parts, *called(rows, prefix, network.name), ""])


def called(rows: FromRows, prefix: str, network: str) -> list[str]:
    """The function that a program calls."""
    gives = ", double *probabilities" if rows.has_probabilities else ""
    kind = "int" if rows.classes else "double"
    lines = [f"{kind} {prefix}_predict(const double *numbers, const char *const *texts{gives})", "{"]
    has_numbers = bool(rows.numbers or rows.dates)
    arguments = ["numbers"] if has_numbers else ["places"]
    if rows.texts:
        places = [
            f"place_of(texts[{k}], categories_{k}, {len(categories)})"
            for k, categories in enumerate(rows.texts.values())
        ]
        lines.append(f"    const double places[{len(places)}] = {{{', '.join(places)}}};")
        arguments = [*(["numbers"] if has_numbers else []), "places"]
    unused = [name for name, used in (("numbers", has_numbers), ("texts", rows.texts)) if not used]
    lines += [f"    (void){name};" for name in unused]
    if not rows.classes:
        return [*lines, "    double prediction[1];", f"    {network}({', '.join(arguments)}, prediction);",
                "    return prediction[0];", "}"]  # fmt: skip
    results = ["scores", *(["probabilities"] if rows.has_probabilities else [])]
    return [
        *lines,
        f"    double scores[{len(rows.classes)}];",
        f"    {network}({', '.join([*arguments, *results])});",
        "    int best = 0;",
        f"    for (int k = 1; k < {len(rows.classes)}; k++)",
        "        if (scores[k] > scores[best]) best = k;",
        "    return best;",
        "}",
    ]


def declared(name: str, count: int) -> str:
    """An array of texts."""
    return f"const char *const {name}[{count}]"


def texts_as_array(name: str, texts: object, static: bool = True) -> str:
    """An array of texts, NULL for none."""
    found = list(texts)  # type: ignore[call-overload]
    written = ", ".join("NULL" if text is None else c_string(text) for text in found)
    return f"{'static ' * static}{declared(name, len(found))} = {{{written}}};"


def c_string(text: str) -> str:
    r"""A text as C writes it, its bytes those of UTF-8.

    >>> print(c_string('5" or ½'))
    "5\" or \302\275"
    """
    named = {34: r"\"", 63: r"\?", 92: r"\\"}
    return '"' + "".join(named.get(x) or (chr(x) if 32 <= x < 127 else f"\\{x:03o}") for x in text.encode()) + '"'
