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
from dataclasses import replace

import numpy as np

from index.embedder import Vectors
from index.fingerprint import check_format
from index.stores.base import OnProgress
from index.stores.milvus.client import MilvusConnection, Row, among
from index.stores.milvus.places import Places, places
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.rows import Published, document_rows, name_of, passage_rows
from index.stores.milvus.schema import UNUSED, Head, make_generation, write_head
from index.stores.milvus.transaction import MilvusTransaction
from index.stores.stemming import Stemmer
from index.types import Failure, Progress

_FLUSHED_TOGETHER = 4_000  # rows; Milvus Lite looks through what is not flushed one by one


class MilvusWriter(MilvusReader):
    """An index in Milvus open for its one writer; ``replaces`` is the index that it is made to replace."""

    def __init__(self, link: MilvusConnection, slot: str, replaces: MilvusReader | None = None) -> None:
        super().__init__(link, slot)
        self._replaces = replaces
        self._stemmer = Stemmer()
        self._unflushed = 0
        self._changed = False
        self._head = super().head()
        check_format(self.meta())
        self._sweep()
        self._failing = set(self.facts("failure"))

    def head(self) -> Head:
        """What the index is; nobody else writes it."""
        return self._head

    def missing(self, keys: Iterable[bytes]) -> list[bytes]:
        """The keys, in order, under which no vector is stored."""
        wanted = list(keys)
        held = self._rows_of_keys(wanted, ["key"])
        return [key for key in wanted if key.hex() not in held]

    @contextmanager
    def transaction(self) -> Iterator[MilvusTransaction]:
        """All changes inside are sent at the end, as the next revision; none of them when an error is raised inside."""
        change = MilvusTransaction(self)
        yield change
        self._commit(change)

    def compact(self, progress: OnProgress) -> None:
        """Have Milvus write what it holds in memory, so that it is searched by its indexes."""
        if not self._changed:
            return
        progress(Progress("write", 0, 1))
        self._flush()
        self._changed = False
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
        self._drop_loose_passages(held, "")
        self._name(replace(head, pending=tuple(held)))
        self._sweep()

    def _commit(self, change: MilvusTransaction) -> None:
        head = self.head()
        meta = dict(head.meta) | change.meta
        make_generation(self.link, head, int(meta.get("dimensions", 0)))
        taken = places(change, self, self._replaces)
        vectors = self._vectors_for(change)
        self._name(replace(taken.head, pending=taken.touched()))
        self._send(taken, vectors)
        for kind, values in change.facts.items():
            self._replace_facts(kind, values)
        self._set_failures(change)
        self._clear(taken.replaced + taken.removed)
        self._name(replace(taken.counted(), revision=head.revision + 1).with_meta(_dated(meta)))
        self._changed = True
        self._flush_now_and_then(max(taken.passages(), len(taken.puts)))

    def _vectors_for(self, change: MilvusTransaction) -> dict[bytes, Vectors]:
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

    def _send(self, taken: Places, vectors: Mapping[bytes, Vectors]) -> None:
        documents: list[Row] = []
        texts: list[Row] = []
        rows: list[Row] = []
        words = [f"{document.title}\n{words}" for *_, document, passages in taken.puts for _, words, _ in passages]
        stems = iter(self._stemmer.stems(words))
        for document_id, first, document, passages in taken.puts:
            row, parts = document_rows(document, document_id, first, len(passages))
            documents.append(row)
            texts += parts
            own = [next(stems) for _ in passages]
            for passage, (_, _, key) in zip(
                passage_rows(document, document_id, first, passages, own), passages, strict=True
            ):
                rows.append(passage | {"vector": np.asarray(vectors[key], dtype=np.float32).tolist()})
        for kind, many in (("texts", texts), ("passages", rows), ("documents", documents)):
            self.link.put(taken.head.collection(kind), many)
        self.link.delete_among(taken.head.collection("documents"), "id", taken.removed_ids())

    def _replace_facts(self, kind: str, values: Mapping[str, str]) -> None:
        before = self.facts(kind)
        self._put_facts({key: value for key, value in values.items() if key not in before})
        self._forget_facts(before.keys() - values.keys())

    def _set_failures(self, change: MilvusTransaction) -> None:
        forgotten = {_failure_key(*place) for place in change.forgotten - change.failures.keys()}
        failures = {_failure_key(*place): json.dumps(_fields(failure)) for place, failure in change.failures.items()}
        self._forget_facts(forgotten & self._failing)
        self._put_facts(failures)
        self._failing = (self._failing - forgotten) | failures.keys()

    def _put_facts(self, values: Mapping[str, str]) -> None:
        rows = [{"key": key, "value": value, "unused": UNUSED} for key, value in values.items()]
        self.link.put(self.head().collection("facts"), rows)

    def _forget_facts(self, keys: Collection[str]) -> None:
        self.link.delete_among(self.head().collection("facts"), "key", sorted(keys))

    def _clear(self, gone: Sequence[Published]) -> None:
        """Take away the passages and texts of documents as they were."""
        head = self.head()
        chunk_ids = [one.first + n for one in gone for n in range(one.record.chunk_count)]
        keys = [key for one in gone for key in (*one.text_keys(), *one.layout_keys())]
        self.link.delete_among(head.collection("passages"), "id", chunk_ids)
        self.link.delete_among(head.collection("texts"), "key", keys)

    def _name(self, head: Head) -> None:
        """Make this the head."""
        write_head(self.link, self.slot, head)
        self._head = head

    def _flush_now_and_then(self, written: int) -> None:
        self._unflushed += written
        if self._unflushed >= _FLUSHED_TOGETHER and self.link.is_file:
            self._flush()

    def _flush(self) -> None:
        for kind in ("passages", "documents", "texts"):
            if self.link.has(self.head().collection(kind)):
                self.link.call("flush", self.head().collection(kind), slow=True)
        self._unflushed = 0

    def _sweep(self) -> None:
        """Finish or undo what an interrupted commit left: the rows of its documents say which of the two."""
        head = self.head()
        if not head.pending:
            return
        held = {one.record.id: one for one in self.published(head.pending)}
        firsts = {document_id: one.first for document_id, one in held.items()}
        for place in range(0, len(head.pending), 1000):
            some = among("document", list(head.pending[place : place + 1000]))
            self._drop_loose_passages(held, some)
            rows = self.link.every(head.collection("texts"), some, ["key", "document", "first"])
            loose = [row["key"] for row in rows if row["first"] != firsts.get(row["document"])]
            self.link.delete_among(head.collection("texts"), "key", loose)
        self._forget_facts([_failure_key(one.record.source, one.record.path) for one in held.values()])
        records = self.records()
        swept = replace(head, documents=len(records), chunks=sum(record.chunk_count for record in records), pending=())
        self._name(replace(swept, revision=head.revision + 1))
        self._changed = True

    def _drop_loose_passages(self, held: Mapping[int, Published], where: str) -> None:
        """Take away those of the passages that an expression admits that are of no document as it is now."""
        passages = self.head().collection("passages")
        if not self.link.has(passages):
            return
        rows = self.link.every(passages, where, ["id", "document"])
        loose = [row["id"] for row in rows if not (row["document"] in held and held[row["document"]].owns(row["id"]))]
        self.link.delete_among(passages, "id", loose)


def _dated(meta: dict[str, str]) -> dict[str, str]:
    return meta | {"updated": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}


def _failure_key(source: str, path: str) -> str:
    return f"failure:{name_of(source, path)}"


def _fields(failure: Failure) -> list[str]:
    return [failure.path, failure.source, failure.reason[:10_000], failure.sha256]
