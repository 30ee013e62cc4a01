"""Where a commit puts its documents and passages in Milvus: ids, and what they take the place of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from index.stores.base import Passage
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.rows import RECORD, Published, published
from index.stores.milvus.schema import Head
from index.stores.milvus.transaction import MilvusTransaction
from index.types import Document


@dataclass(frozen=True, slots=True)
class Places:
    """Ids for all that a commit puts; those of passages were never used before."""

    puts: list[tuple[int, int, Document, Sequence[Passage]]]  # id, id of the first passage
    replaced: list[Published]
    removed: list[Published]
    head: Head  # with the ids taken

    def touched(self) -> tuple[int, ...]:
        """The ids of the documents that are put or removed."""
        return tuple(sorted({*(document_id for document_id, *_ in self.puts), *self.removed_ids()}))

    def removed_ids(self) -> list[int]:
        """The ids of the documents that leave the index."""
        return [one.record.id for one in self.removed]

    def passages(self) -> int:
        """How many passages are put."""
        return sum(len(passages) for *_, passages in self.puts)

    def counted(self) -> Head:
        """The head with its documents and passages counted, and nothing under way."""
        gone = self.replaced + self.removed
        return replace(
            self.head,
            documents=self.head.documents + len(self.puts) - len(gone),
            chunks=self.head.chunks + self.passages() - sum(one.record.chunk_count for one in gone),
            pending=(),
        )


def places(change: MilvusTransaction, held: MilvusReader, replaces: MilvusReader | None) -> Places:
    """Ids for what is put: a document keeps the one it has here, or has in the index that this one ``replaces``."""
    at = {(document.source, document.path) for _, document, _ in change.puts}
    here = _documents_at(held, at | change.failures.keys())
    there = _documents_at(replaces, at) if replaces else {}
    moved = {one.record.id: one for one in held.published([i for i, *_ in change.puts if i is not None])}
    removed = {one.record.id: one for one in held.published(change.removed)}
    removed |= {here[place].record.id: here[place] for place in change.failures if place in here}
    puts, replaced = [], []
    head = held.head()
    next_document, next_chunk = head.next_document, head.next_chunk
    for kept, document, passages in change.puts:
        place = (document.source, document.path)
        before = here.get(place) if kept is None else moved[kept]
        if before and before.record.id in removed:  # its place is taken by another
            before = None
        if before:
            document_id = before.record.id
            replaced.append(before)
        elif place in there and there[place].record.id not in removed:
            document_id = there[place].record.id
        else:
            document_id, next_document = next_document, next_document + 1
        puts.append((document_id, next_chunk, document, passages))
        next_chunk += max(1, len(passages))
    taken = replace(head, next_document=next_document, next_chunk=next_chunk)
    return Places(puts, replaced, list(removed.values()), taken)


def _documents_at(held: MilvusReader, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Published]:
    """The documents at some (source, path)."""
    head = held.head()
    if not head.generation or not head.documents or not places:
        return {}
    paths = sorted({path for _, path in places})
    rows = held.link.query_among(head.collection("documents"), "path", paths, RECORD)
    found = [published(row) for row in rows]
    return {(one.record.source, one.record.path): one for one in found}
