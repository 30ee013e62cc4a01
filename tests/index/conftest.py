"""What the tests of the index share."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Embedder, IndexSettings
from index.chunking import Chunker


@pytest.fixture(scope="session")
def chunker(embedder: Embedder) -> Chunker:
    """The chunker as builds use it."""
    return Chunker(embedder.tokenizer, IndexSettings().chunk_tokens)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three documents."""
    root = tmp_path / "documents"
    (root / "deep").mkdir(parents=True)
    (root / "tea.txt").write_text(
        "Green tea is made from leaves that are not oxidised. It is steeped at eighty degrees."
    )
    (root / "deep" / "coffee.md").write_text(
        "---\nauthor: Ada\ndate: 2024-03-05\n---\n# Coffee\n\nEspresso takes 25 seconds."
    )
    (root / "iron.html").write_text("<title>Iron</title><p>Iron melts at 1538 degrees Celsius.</p>")
    return root
