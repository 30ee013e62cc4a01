"""``python -m tests.support.search_process PLACE`` reads queries, one a line, and prints each one's best document."""

from __future__ import annotations

import sys

from index import DocumentIndex, IndexSettings, QuothError
from tests.support.hash_embedder import HashEmbedder

if __name__ == "__main__":
    settings = IndexSettings(store_seconds=2.0)
    with DocumentIndex.open(sys.argv[1], settings=settings, embedder=HashEmbedder()) as opened:
        for question in sys.stdin:
            try:
                print(opened.search(question)[0].document.path, flush=True)
            except QuothError as error:
                print(type(error).__name__, flush=True)
