"""The recipe of a run: its learning rate, and the values that a file replaces."""

import json
from pathlib import Path

import pytest

from qa.training.recipe import Recipe, rate_at

RECIPE = Recipe()


def test_the_learning_rate_rises_and_falls_to_zero():
    rates = [rate_at(p, RECIPE) for p in (0.0, RECIPE.warmup / 2, RECIPE.warmup, 0.5, 1.0)]
    assert rates[0] < rates[1] < rates[2] == pytest.approx(RECIPE.rate)
    assert rates[2] > rates[3] > rates[4] == 0.0


def test_a_file_replaces_values_of_the_recipe_and_leaves_the_others(tmp_path: Path):
    (tmp_path / "run.json").write_text(json.dumps({"shares": {"squad": 0.5}, "rivals": [0, 2], "seed": 41}))
    recipe = Recipe.read(tmp_path / "run.json")
    assert (recipe.shares, recipe.rivals, recipe.seed, recipe.rate) == ({"squad": 0.5}, (0, 2), 41, RECIPE.rate)


def test_an_unknown_value_of_a_recipe_is_named(tmp_path: Path):
    (tmp_path / "run.json").write_text('{"shars": {}}')
    with pytest.raises(ValueError, match="shars"):
        Recipe.read(tmp_path / "run.json")
