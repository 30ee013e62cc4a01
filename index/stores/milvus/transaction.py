"""The changes of one commit to an index in Milvus, and the ids of their documents and passages."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.embedder import Vectors
from index.errors import IndexDamagedError
from index.stores.base import Passage
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.rows import DOCUMENT_FIELDS, StoredDocument, short_key, stored_document
from index.stores.milvus.schema import Manifest
from index.types import Document, Failure

SourcePath = tuple[str, str]  # the source folder of a document, and its path in it


class MilvusTransaction:
    """Collects the changes of one commit; nothing is sent to Milvus until the transaction ends."""

    def __init__(self, reader: MilvusReader, meta: Mapping[str, str] | None = None) -> None:
        self._reader = reader
        self.meta = dict(meta or {})  # facts about the index as a whole to set or replace
        self.facts: dict[str, dict[str, str]] = {}  # kinds of facts to replace: all their facts by key
        self.vectors: dict[bytes, Vectors] = {}
        self.puts: list[tuple[int | None, Document, Sequence[Passage]]] = []  # with the id of a moved document
        self.removed: set[int] = set()
        self.failures: dict[SourcePath, Failure] = {}
        self.forgotten: set[SourcePath] = set()

    def set_inputs(self, sources: Iterable[str], excluded: Iterable[tuple[str, str]]) -> None:
        """Replace the folders and files that later builds read, and the (source, path) of the files they skip."""
        self.facts["source"] = {f"source:{short_key(path)}": json.dumps(path) for path in sources}
        self.facts["excluded"] = {f"excluded:{short_key(*file)}": json.dumps(file) for file in excluded}

    def put(self, item: Document | Failure, passages: Sequence[Passage] = ()) -> None:
        """Store a document with its passages, or a failure, in place of what was at its source and path."""
        if isinstance(item, Document):
            self._put_document(None, item, passages)
            self.forgotten.add((item.source, item.path))
        else:
            self.failures[item.source, item.path] = item

    def move_document(self, document_id: int, source: str, path: str, title: str) -> None:
        """Change a document's path and title; its passages are written again with the same vectors."""
        document = self._reader.documents([document_id]).get(document_id)
        if document is None:
            raise IndexDamagedError(f"document {document_id} does not exist and cannot be moved: run `quoth repair`")
        moved = replace(document, source=source, path=path, title=title)
        self._put_document(document_id, moved, self._reader.passages([document_id])[document_id])

    def remove(self, document_ids: Collection[int] = (), failures: Collection[Failure] = ()) -> None:
        """Remove documents with their passages, and the records of unreadable files that no longer exist."""
        self.removed |= set(document_ids)
        self.forgotten |= {(failure.source, failure.path) for failure in failures}

    def _put_document(self, moved_id: int | None, document: Document, passages: Sequence[Passage]) -> None:
        self.vectors.update({passage.key: passage.vector for passage in passages if passage.vector is not None})
        self.puts.append((moved_id, document, passages))


@dataclass(frozen=True, slots=True)
class CommitPlan:
    """What a commit puts, replaces and removes, with ids. Ids of passages are never used twice."""

    puts: list[tuple[int, int, Document, Sequence[Passage]]]  # document id and id of the first passage
    replaced: list[StoredDocument]
    removed: list[StoredDocument]
    manifest: Manifest  # with these ids marked as used

    @classmethod
    def of(
        cls, transaction: MilvusTransaction, reader: MilvusReader, replaced_index: MilvusReader | None
    ) -> CommitPlan:
        """The plan of a transaction.

        A document keeps the id that it has in this index, or else in the index that this one will replace.
        """
        paths = {(document.source, document.path) for _, document, _ in transaction.puts}
        here = _documents_by_path(reader, paths | transaction.failures.keys())
        there = _documents_by_path(replaced_index, paths) if replaced_index else {}
        moved_ids = [document_id for document_id, *_ in transaction.puts if document_id is not None]
        moved = {stored.record.id: stored for stored in reader.stored_documents(moved_ids)}
        removed = {stored.record.id: stored for stored in reader.stored_documents(transaction.removed)}
        unreadable = {path for path, failure in transaction.failures.items() if failure.sha256}
        removed |= {here[path].record.id: here[path] for path in unreadable if path in here}
        puts, replaced = [], []
        manifest = reader.manifest()
        next_document, next_chunk = manifest.next_document, manifest.next_chunk
        for moved_id, document, passages in transaction.puts:
            path = (document.source, document.path)
            before = _unless_in(removed, here.get(path) if moved_id is None else moved.get(moved_id))
            if before:
                replaced.append(before)
            kept = before or _unless_in(removed, there.get(path))
            puts.append((kept.record.id if kept else next_document, next_chunk, document, passages))
            next_document += kept is None
            next_chunk += max(1, len(passages))
        manifest = replace(manifest, next_document=next_document, next_chunk=next_chunk)
        return cls(puts, replaced, list(removed.values()), manifest)

    def changed_ids(self) -> tuple[int, ...]:
        """The ids of the documents that are put or removed."""
        return tuple(sorted({*(document_id for document_id, *_ in self.puts), *self.removed_ids()}))

    def removed_ids(self) -> list[int]:
        """The ids of the documents that are removed."""
        return [stored.record.id for stored in self.removed]

    def chunk_count(self) -> int:
        """How many passages are put."""
        return sum(len(passages) for *_, passages in self.puts)

    def final_manifest(self) -> Manifest:
        """The manifest after the commit, with the new counts and nothing pending."""
        gone = self.replaced + self.removed
        return replace(
            self.manifest,
            documents=self.manifest.documents + len(self.puts) - len(gone),
            chunks=self.manifest.chunks + self.chunk_count() - sum(stored.record.chunk_count for stored in gone),
            pending=(),
        )


def _documents_by_path(reader: MilvusReader, paths: Collection[SourcePath]) -> dict[SourcePath, StoredDocument]:
    """The documents with these sources and paths, and perhaps others with the same path."""
    manifest = reader.manifest()
    if not manifest.generation or not manifest.documents or not paths:
        return {}
    names = sorted({path for _, path in paths})
    rows = reader.connection.query_in(manifest.collection("documents"), "path", names, DOCUMENT_FIELDS)
    return {(stored.record.source, stored.record.path): stored for stored in map(stored_document, rows)}


def _unless_in(removed: Collection[int], stored: StoredDocument | None) -> StoredDocument | None:
    return None if stored and stored.record.id in removed else stored
