"""The objective: what is said of a loss that is not finite."""

import pytest

from autograd import Value
from nn.basics.nonfinite import NonFinite, check_loss


def test_the_first_number_to_turn_is_named():
    w, x = Value(1e200, label="layers.0.neurons.0.w[0]"), Value(1e200)
    with pytest.raises(NonFinite, match=r"is inf; .* is inf, computed by multiply of layers.0.neurons.0.w"):
        check_loss((w * x) + 1.0)
    check_loss(w * 1.0)
