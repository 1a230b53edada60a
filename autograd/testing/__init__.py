"""Checking derivatives against finite differences, for our own tests and for anybody's.

>>> gradcheck(lambda x, y: (x * y).sin() + x.exp(), [0.3, 1.2], order=2)

In reading order:

    finite_differences  the slope of a function of one number, from its values alone
    comparison          a derivative beside its check, and the table of them
    function_check      gradcheck: a function of Values
    operation_check     check_operation: an operation of the table, or one of your own
"""

from autograd.testing.comparison import GradientError
from autograd.testing.function_check import gradcheck
from autograd.testing.operation_check import check_operation

__all__ = ["GradientError", "check_operation", "gradcheck"]
