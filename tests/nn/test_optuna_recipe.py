"""The guide's search with Optuna runs as it stands there."""

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "notebooks/site/guides/scikit-learn-and-clusters.md"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_recipe_runs_and_finds_something():
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    (recipe,) = (
        code for code in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.S) if "import optuna" in code
    )
    names = {}
    exec(recipe.replace("n_trials=50", "n_trials=4"), names)
    assert names["study"].best_value > 0.8
