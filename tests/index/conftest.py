"""What the tests of the index share."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Embedder, IndexSettings
from index.chunking.chunker import Chunker
from tests.support.samples.documents import write_documents


@pytest.fixture(scope="session")
def chunker(embedder: Embedder) -> Chunker:
    """The chunker as builds use it."""
    return Chunker(embedder.tokenizer, IndexSettings().chunk_tokens)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three documents."""
    return write_documents(tmp_path)
