"""Writing an index in Milvus, which has no transactions: what a commit writes is seen when its documents' rows are.

A commit first notes which documents it changes and the ids it may use (ids are never used twice), then writes texts and
passages, which nobody sees yet; then each document's row, with which that document is seen whole; then takes away what
was replaced, and counts the revision. Whatever is interrupted is finished or undone by the next writer, from that note.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from index.embedder import Vectors
from index.errors import IndexDamagedError
from index.fingerprint import check_format
from index.milvus_link import Link, Row, among
from index.milvus_reading import MilvusReading
from index.milvus_rows import RECORD, Published, document_rows, name_of, passage_rows, published
from index.milvus_schema import UNUSED, Head, make_generation, write_head
from index.stems import Stemmer
from index.store import OnProgress, Passage
from index.types import Document, Failure, Progress

_REQUEST_BYTES = 8_000_000
_FLUSHED_TOGETHER = 4_000  # passages; Milvus Lite looks through what is not flushed one by one

Put = tuple[int | None, Document, Sequence[Passage]]  # the id that it keeps, if any


class MilvusChange:
    """What one commit is to change; nothing is sent before its end."""

    def __init__(self, held: MilvusReading) -> None:
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
        document = self._held.document(document_id)
        if document is None:
            raise IndexDamagedError(f"document {document_id} is not there to be moved: run `quoth repair`")
        stored = self._held.passages_of(document_id)
        self.vectors.update({one.key: one.vector for one in stored})
        moved = replace(document, source=source, path=path, title=title)
        self.puts.append((document_id, moved, [(one.chunk, one.words, one.key) for one in stored]))

    def put_failure(self, failure: Failure) -> None:
        """Keep why a file could not be read; the document that it was before leaves the index."""
        self.failures[failure.source, failure.path] = failure

    def forget_failures(self, failures: Collection[Failure]) -> None:
        """Forget files that could not be read and are gone."""
        self.forgotten |= {(failure.source, failure.path) for failure in failures}


@dataclass(frozen=True, slots=True)
class _Ids:
    """Where a commit's documents and passages are put."""

    puts: list[tuple[int, int, Document, Sequence[Passage]]]  # id, id of the first passage
    replaced: list[Published]
    removed: list[Published]
    head: Head  # with the ids taken


class MilvusWriting(MilvusReading):
    """An index in Milvus open for its one writer; ``ids`` names the documents of an index that this one replaces."""

    def __init__(self, link: Link, slot: str, replaces: MilvusReading | None = None) -> None:
        super().__init__(link, slot)
        self._replaces = replaces
        self._stemmer = Stemmer()
        self._unflushed = 0
        self._changed = False
        self._head = super().head()
        check_format(self.meta())
        self._sweep()

    def head(self) -> Head:
        """What the index is; nobody else writes it."""
        return self._head

    def missing(self, keys: Iterable[bytes]) -> list[bytes]:
        """The keys, in order, under which no vector is stored."""
        wanted = list(keys)
        held = self._rows_of_keys(wanted, ["key"])
        return [key for key in wanted if key.hex() not in held]

    @contextmanager
    def transaction(self) -> Iterator[MilvusChange]:
        """All changes inside are sent at the end, as the next revision; none of them when an error is raised inside."""
        change = MilvusChange(self)
        yield change
        self._commit(change)

    def tidy(self, progress: OnProgress) -> None:
        """Have Milvus write what it holds in memory, so that it is searched by its indexes."""
        if not self._changed:
            return
        progress(Progress("write", 0, 1))
        head = self.head()
        for kind in ("passages", "documents", "texts"):
            if self.link.has(head.collection(kind)):
                self.link.call("flush", head.collection(kind), slow=True)
        self._unflushed, self._changed = 0, False
        progress(Progress("write", 1, 1))

    def distrust(self, document_ids: Collection[int]) -> None:
        """Take away the passages of some documents, whose vectors must not be used again."""
        head = self.head()
        self._name(replace(head, pending=tuple(document_ids)))
        self.link.delete(head.collection("passages"), among("document", list(document_ids)))

    def sweep_all(self) -> None:
        """Take away every passage and text that is of no document as it is now, and count again."""
        head = self.head()
        held = {one.record.id: one for one in self.published()}
        rows = self.link.every(head.collection("passages"), "", ["id", "document"]) if head.next_chunk > 1 else []
        loose = [row["id"] for row in rows if not (row["document"] in held and held[row["document"]].owns(row["id"]))]
        for place in range(0, len(loose), 1000):
            self.link.delete(head.collection("passages"), among("id", loose[place : place + 1000]))
        self._name(replace(head, pending=tuple(held)))
        self._sweep()

    def _commit(self, change: MilvusChange) -> None:
        head = self.head()
        meta = dict(head.meta) | change.meta
        make_generation(self.link, head, int(meta.get("dimensions", 0)))
        ids = self._places(change, head)
        vectors = self._vectors_for(change)
        pending = tuple(sorted({*(i for i, *_ in ids.puts), *(one.record.id for one in ids.removed)}))
        self._name(replace(ids.head, pending=pending))
        self._send(ids, vectors)
        for kind, values in change.facts.items():
            self._replace_facts(kind, values)
        self._set_failures(change)
        self._clear(ids.replaced + ids.removed)
        counted = _counted(ids)
        self._name(replace(counted, revision=head.revision + 1).with_meta(_dated(meta)))
        self._changed = True
        self._flush_now_and_then(sum(len(passages) for *_, passages in ids.puts))

    def _places(self, change: MilvusChange, head: Head) -> _Ids:
        """Ids for what is put: a document keeps the one it has here, or has in the index that this one replaces."""
        at = {(document.source, document.path) for _, document, _ in change.puts}
        here = self._at(self, at | change.failures.keys())
        there = self._at(self._replaces, at) if self._replaces else {}
        moved = {one.record.id: one for one in self.published([i for i, *_ in change.puts if i is not None])}
        removed = {one.record.id: one for one in self.published(change.removed)} if change.removed else {}
        removed |= {here[place].record.id: here[place] for place in change.failures if place in here}
        puts, replaced = [], []
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
        return _Ids(puts, replaced, list(removed.values()), taken)

    def _at(self, held: MilvusReading, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Published]:
        """The documents at some (source, path)."""
        head = held.head()
        if not head.generation or not head.documents or not places:
            return {}
        paths = sorted({path for _, path in places})
        rows = self.link.query_among(head.collection("documents"), "path", paths, RECORD)
        found = [published(row) for row in rows]
        return {(one.record.source, one.record.path): one for one in found}

    def _vectors_for(self, change: MilvusChange) -> dict[bytes, Vectors]:
        """The vector of every key that is put: those handed in, and those that other passages have."""
        wanted = {key for _, _, passages in change.puts for _, _, key in passages} - change.vectors.keys()
        rows = self._rows_of_keys(list(wanted), ["key", "vector"])
        return change.vectors | {bytes.fromhex(key): row["vector"] for key, row in rows.items()}

    def _rows_of_keys(self, keys: list[bytes], fields: list[str]) -> dict[str, Row]:
        head = self.head()
        if not keys or "dimensions" not in dict(head.meta):
            return {}
        names = [key.hex() for key in keys]
        return {row["key"]: row for row in self.link.query_among(head.collection("passages"), "key", names, fields)}

    def _send(self, ids: _Ids, vectors: Mapping[bytes, Vectors]) -> None:
        documents: list[Row] = []
        texts: list[Row] = []
        rows: list[Row] = []
        for document_id, first, document, passages in ids.puts:
            row, parts = document_rows(document, document_id, first, len(passages))
            documents.append(row)
            texts += parts
            stems = self._stemmer.stems([f"{document.title}\n{words}" for _, words, _ in passages])
            for passage, (_, _, key) in zip(
                passage_rows(document, document_id, first, passages, stems), passages, strict=True
            ):
                rows.append(passage | {"vector": [float(x) for x in vectors[key]]})
        for collection, many in (("texts", texts), ("passages", rows), ("documents", documents)):
            for some in _requests(many):
                self.link.put(ids.head.collection(collection), some)
        if ids.removed:
            gone = [one.record.id for one in ids.removed]
            self.link.delete(ids.head.collection("documents"), among("id", gone))

    def _replace_facts(self, kind: str, values: Mapping[str, str]) -> None:
        facts = self.head().collection("facts")
        before = self.facts(kind)
        if gone := sorted(before.keys() - values.keys()):
            self.link.delete(facts, among("key", gone))
        fresh = [key for key in values if key not in before]
        self.link.put(facts, [{"key": key, "value": values[key], "unused": UNUSED} for key in fresh])

    def _set_failures(self, change: MilvusChange) -> None:
        facts = self.head().collection("facts")
        if gone := sorted(_failure_key(*place) for place in change.forgotten - change.failures.keys()):
            self.link.delete(facts, among("key", gone))
        rows = [
            {"key": _failure_key(*place), "value": json.dumps(_fields(failure)), "unused": UNUSED}
            for place, failure in change.failures.items()
        ]
        self.link.put(facts, rows)

    def _clear(self, gone: Sequence[Published]) -> None:
        """Take away the passages and texts of documents as they were."""
        head = self.head()
        for start in range(0, len(gone), 100):
            some = gone[start : start + 100]
            chunk_ids = [one.first + n for one in some for n in range(one.record.chunk_count)]
            keys = [key for one in some for key in (*one.text_keys(), *one.layout_keys())]
            for kind, field, values in (("passages", "id", chunk_ids), ("texts", "key", keys)):
                for place in range(0, len(values), 1000):
                    self.link.delete(head.collection(kind), among(field, list(values[place : place + 1000])))

    def _name(self, head: Head) -> None:
        """Make this the head."""
        write_head(self.link, self.slot, head)
        self._head = head

    def _flush_now_and_then(self, written: int) -> None:
        self._unflushed += written
        if self._unflushed >= _FLUSHED_TOGETHER and self.link.is_file:
            self.link.call("flush", self.head().collection("passages"), slow=True)
            self._unflushed = 0

    def _sweep(self) -> None:
        """Finish or undo what an interrupted commit left: the rows of its documents say which of the two."""
        head = self.head()
        if not head.pending:
            return
        held = {one.record.id: one for one in self.published(head.pending)}
        for document_id in head.pending:
            one = held.get(document_id)
            last = one.first + max(0, one.record.chunk_count - 1) if one else 0
            inside = f" and (id < {one.first} or id > {last})" if one else ""
            other = f" and first != {one.first}" if one else ""
            if "dimensions" in dict(head.meta) or self.link.has(head.collection("passages")):
                self.link.delete(head.collection("passages"), f"document == {document_id}{inside}")
            self.link.delete(head.collection("texts"), f"document == {document_id}{other}")
        if keys := [_failure_key(one.record.source, one.record.path) for one in held.values()]:
            self.link.delete(head.collection("facts"), among("key", keys))
        records = self.records()
        swept = replace(head, documents=len(records), chunks=sum(record.chunk_count for record in records), pending=())
        self._name(replace(swept, revision=head.revision + 1))
        self._changed = True


def _counted(ids: _Ids) -> Head:
    """The head with its documents and passages counted."""
    gone = ids.replaced + ids.removed
    chunks = sum(len(passages) for *_, passages in ids.puts) - sum(one.record.chunk_count for one in gone)
    return replace(
        ids.head,
        documents=ids.head.documents + len(ids.puts) - len(gone),
        chunks=ids.head.chunks + chunks,
        pending=(),
    )


def _requests(rows: list[Row]) -> Iterator[list[Row]]:
    """Rows in portions that fit into a request."""
    some: list[Row] = []
    size = 0
    for row in rows:
        length = 4 * sum(len(value) for value in row.values() if isinstance(value, str | list)) + 100
        if some and size + length > _REQUEST_BYTES:
            yield some
            some, size = [], 0
        some.append(row)
        size += length
    if some:
        yield some


def _dated(meta: dict[str, str]) -> dict[str, str]:
    return meta | {"updated": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}


def _failure_key(source: str, path: str) -> str:
    return f"failure:{name_of(source, path)}"


def _fields(failure: Failure) -> list[str]:
    return [failure.path, failure.source, failure.reason[:10_000], failure.sha256]
