"""Outcomes for the tests of measures and reports."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qa.evaluation.scores import Outcome
from tests.support.outcomes import make_outcome


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    """Makes one outcome from what matters about it."""
    return make_outcome
