"""An index of a few documents, without the embedding model."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import build
from tests.support.hash_embedder import HashEmbedder

TIDE = (
    "The harbour master’s log is kept in ink.\n\n"
    "At spring tide the lower basin holds 4.2 metres of water, and no ship of more than 300 tonnes may enter.\n\n"
    + "".join(f"Berth {n} is let to the company of number {n * 7}. " for n in range(1, 120))
    + "\n\nThe last berth is kept free for the pilot."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "tide.txt").write_text(TIDE)
    (folder / "bell.md").write_text("# Bell\n\nThe fog bell rings twice a minute — “without fail”.\n")
    return folder


@pytest.fixture
def location(folder: Path, tmp_path: Path) -> Path:
    build([folder], tmp_path / "index", embedder=HashEmbedder())
    return tmp_path / "index"
