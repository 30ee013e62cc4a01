"""Outcomes for the tests of measures and reports."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qa.evaluation.scores import Outcome
from tests.support.outcomes import make_outcome


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    """A function that makes an outcome from the given values and defaults."""
    return make_outcome
