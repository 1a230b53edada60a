"""Whose code a module is: the user's, or of Python, an installed package or this project, which will not change."""

from __future__ import annotations

import os
import sys
from functools import cache
from types import FunctionType
from typing import Any

from autograd.code_names import names_of_code
from autograd.recording import is_users

#: Modules whose kinds, as bases of the user's, read no attributes.
FORMAL_MODULES = ("builtins", "abc", "typing")

#: This project's packages.
PROJECT = ("autograd", "nn")


@cache
def is_library(module: Any) -> bool:
    """Whether a module is Python's, an installed package's, or this project's, and will not change."""
    if not isinstance(module, str) or module in ("", "__main__"):  # a class may have a descriptor of that name
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    if file:
        return not is_users(os.path.abspath(file))
    return module.partition(".")[0] in sys.stdlib_module_names


def is_of_the_project(module: str) -> bool:
    return module.partition(".")[0] in PROJECT


@cache
def words_of_bases(kind: Any) -> frozenset[str]:
    """The words in the methods of libraries' classes from which a kind of the user's is derived."""
    bases = [base for base in kind.__mro__ if is_library(base.__module__) and base.__module__ not in FORMAL_MODULES]
    functions = [part for base in bases for part in vars(base).values() if isinstance(part, FunctionType)]
    return frozenset().union(*(names_of_code(function.__code__).words for function in functions))
