"""Packages that only some of us need: imported when they are used, and named with the repair when they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def require(module: str, extra: str = "train") -> Any:
    """The module of that name, imported now.

    Args:
        module: its name as in an import statement, such as "sklearn.preprocessing".
        extra: the group of chalkgrad's optional dependencies that it comes with.

    Raises:
        ModuleNotFoundError: if its package is not installed; the message says what to install.

    >>> require("math").sqrt(9.0)
    3.0
    >>> require("no_such_package")
    Traceback (most recent call last):
        ...
    ModuleNotFoundError: this needs the package no_such_package, which is not installed: pip install 'chalkgrad[train]'
    """
    package = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != package:  # it is there, and misses something of its own
            raise
        raise ModuleNotFoundError(
            f"this needs the package {package}, which is not installed: pip install 'chalkgrad[{extra}]'", name=package
        ) from error
