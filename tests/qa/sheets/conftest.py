"""A library of three contracts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index import build
from qa import Answerer
from tests.support.samples.contracts import write_contracts


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    """The folder of the documents."""
    return write_contracts(tmp_path / "contracts")


@pytest.fixture
def library(contracts: Path, tmp_path: Path) -> Iterator[Answerer]:
    """The real reader over an index of the contracts."""
    location = tmp_path / "index"
    build([contracts], location)
    with Answerer.open(location) as opened:
        yield opened
