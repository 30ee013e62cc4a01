"""What one commit changes in an index in Milvus, gathered before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from index.embedder import Vectors
from index.errors import IndexDamagedError
from index.stores.base import Passage
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.rows import name_of
from index.types import Document, Failure

Put = tuple[int | None, Document, Sequence[Passage]]  # the id that it keeps, if any


class MilvusTransaction:
    """What one commit is to change; nothing is sent before its end."""

    def __init__(self, held: MilvusReader) -> None:
        self._held = held
        self.meta: dict[str, str] = {}
        self.facts: dict[str, dict[str, str]] = {}  # replaced whole, by kind
        self.vectors: dict[bytes, Vectors] = {}
        self.puts: list[Put] = []
        self.removed: set[int] = set()
        self.failures: dict[tuple[str, str], Failure] = {}
        self.forgotten: set[tuple[str, str]] = set()

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Set or replace facts about the index as a whole."""
        self.meta.update(values)

    def set_sources(self, paths: Iterable[str]) -> None:
        """Replace the folders and files that later builds look at."""
        self.facts["source"] = {f"source:{name_of(path)}": json.dumps(path) for path in paths}

    def set_excluded(self, files: Iterable[tuple[str, str]]) -> None:
        """Replace the (source, path) of files that must not come back by themselves."""
        self.facts["excluded"] = {f"excluded:{name_of(*file)}": json.dumps(file) for file in files}

    def add_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Hand in the vectors, under their keys, of passages that are put in this commit."""
        self.vectors.update(vectors)

    def put_document(self, document: Document, passages: Sequence[Passage]) -> None:
        """Store a document with its passages; one of the same source and path keeps its id."""
        self.puts.append((None, document, passages))
        self.forgotten.add((document.source, document.path))

    def remove_document(self, document_id: int) -> None:
        """Forget a document and its passages."""
        self.removed.add(document_id)

    def move_document(self, document_id: int, source: str, path: str, title: str) -> None:
        """Give a document another path and title; its passages are written again with the vectors they have."""
        document = self._held.documents([document_id]).get(document_id)
        if document is None:
            raise IndexDamagedError(f"document {document_id} is not there to be moved: run `quoth repair`")
        stored = self._held.passages_of([document_id])[document_id]
        self.vectors.update({one.key: one.vector for one in stored})
        moved = replace(document, source=source, path=path, title=title)
        self.puts.append((document_id, moved, [(one.chunk, one.words, one.key) for one in stored]))

    def put_failure(self, failure: Failure) -> None:
        """Keep why a file could not be read; the document that it was before leaves the index."""
        self.failures[failure.source, failure.path] = failure

    def forget_failures(self, failures: Collection[Failure]) -> None:
        """Forget files that could not be read and are gone."""
        self.forgotten |= {(failure.source, failure.path) for failure in failures}
