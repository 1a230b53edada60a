"""The cells of a page of the course, run in the browser: in one namespace, which lasts from one to the next.

The page asks what is to run for a cell ("plan"), and then has one after the other run ("run"). What a cell shows is a
list of {"kind", "text"}: "text", "page", "svg", or "error" with the line, and the cell in which it is.
"""

from __future__ import annotations

import ast
import itertools
import linecache
import sys
from typing import Any

from asked import page_of
from needs import needed, parts
from said import Bounded, NoKeyboard, said_of

MOST_SHOWN = 5_000  # characters of one result
namespace: dict[str, Any] = {"__name__": "__main__"}
ran: dict[int, tuple[str, int]] = {}  # of each cell, the text that ran last, and when
clock = itertools.count()
kept: list[dict[str, Any]] = []  # this Python's stack is too small to free long chains of what a cell replaces


def answer(kind: str, texts: list[str], place: int, whole: bool = True) -> dict[str, Any]:
    """What is asked for the cell at this place, with the texts of all cells as they are now."""
    return plan(texts, place) if kind == "plan" else run(texts, place, whole)


def plan(texts: list[str], place: int) -> dict[str, Any]:
    """The cells to run for one, in order, and which of them run whole: those it needs that have not run as they are."""
    its = parts(texts)
    fresh: dict[int, bool] = {}
    for one in needed(its, place):
        text, when = ran.get(one, ("", -1))
        before = needed(its, one)[:-1]
        fresh[one] = text == texts[one] and all(fresh.get(other) and ran[other][1] < when for other in before)
    order = [one for one in fresh if one == place or not fresh[one]]
    return {"order": order, "whole": [its[one].whole or one == place for one in order]}


def run(texts: list[str], place: int, whole: bool) -> dict[str, Any]:
    """Run a cell, as it is written or without what is away here, and say what it shows."""
    file, text = f"<cell {place}>", texts[place]
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    kept.append(dict(namespace))
    ran.pop(place, None)
    shown: list[dict[str, Any]] = []
    printed = Bounded()
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = printed
    sys.stdin = NoKeyboard()
    try:
        body = ast.parse(text, file).body if whole else list(parts(texts)[place].body)
        last = body.pop().value if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), file, "exec"), namespace)
        result = None if last is None else eval(compile(ast.Expression(last), file, "eval"), namespace)
        if result is not None:
            shown.append(seen(result))
        ran[place] = (text, next(clock))
    except BaseException as error:
        shown.append(failed(error, place, len(texts)))
    finally:
        sys.stdout, sys.stderr = before
    if printed.getvalue():
        shown.insert(0, {"kind": "text", "text": printed.getvalue()})
    return {"shown": shown, "good": place in ran}


def seen(result: Any) -> dict[str, str]:
    """What a notebook would show of the last line of a cell."""
    if hasattr(result, "pipe"):
        return {"kind": "svg", "text": result.pipe("svg", encoding="utf-8")}
    if "text/html" in getattr(result, "_repr_mimebundle_", dict)():
        return {"kind": "page", "text": page_of(result)}
    text = repr(result)
    return {"kind": "text", "text": text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} …"}


def failed(error: BaseException, place: int, count: int) -> dict[str, Any]:
    """An error with the line that it is about, which may stand in another cell."""
    files = {f"<cell {place}>": place for place in range(count)}
    found = said_of(error, files)
    return {"kind": "error", "text": found["message"], "line": found["line"], "cell": files.get(found["file"], place)}
