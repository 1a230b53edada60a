"""jit where NumPy is not installed: the function itself, on the scalar engine."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def say_once() -> None:
    """Say that nothing is compiled, the first time it is asked for."""
    warnings.warn(
        "NumPy is not installed, so compiled functions run on the scalar engine: pip install 'chalkgrad[jit]'",
        RuntimeWarning,
        stacklevel=3,
    )


def jit(f: Callable[..., Any]) -> Callable[..., Any]:
    """f as it is."""
    say_once()
    return f
