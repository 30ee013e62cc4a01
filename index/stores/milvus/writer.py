"""Writing an index in Milvus, which has no transactions: a document changes when its own row is written.

A commit has four steps. It records in the manifest which documents it changes and which new ids it uses. It writes
texts and passages, which no reader sees yet. It writes each document's row, which makes that document visible as a
whole. It deletes what was replaced, and writes the new revision. With the manifest's record, the next writer finishes
or undoes an interrupted commit.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, replace

import numpy as np

from index.chunking.passage_texts import keyword_column
from index.embedder import Vectors
from index.fingerprint import check_format
from index.ranking.stemming import Stemmer
from index.reports import OnProgress, Problem, Progress
from index.stores.lock_holder import utc_now
from index.stores.milvus.client import MilvusConnection, Row, batches, is_in
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.rows import StoredDocument, document_rows, passage_rows, short_key
from index.stores.milvus.schema import Manifest, create_generation, put_values, write_manifest
from index.stores.milvus.transaction import CommitPlan, MilvusTransaction
from index.stores.milvus.verify import readable_documents
from index.types import Failure

_FLUSH_ROWS = 4_000  # Milvus Lite scans rows one by one until they are flushed
_REASON_CHARACTERS = 10_000


class MilvusWriter(MilvusReader):
    """An index in Milvus, open for its one writer; ``replaced_index`` is the index that a rebuild replaces by it."""

    def __init__(self, connection: MilvusConnection, key: str, replaced_index: MilvusReader | None = None) -> None:
        super().__init__(connection, key)
        self._replaced_index = replaced_index
        self._stemmer = Stemmer()
        self._unflushed = 0
        self._changed = False
        self._repaired = False
        self._manifest = super().manifest()
        check_format(dict(self._manifest.meta))
        self._recover()
        self._failure_keys = set(self.facts("failure"))

    def manifest(self) -> Manifest:
        """The state of the index, which only this writer changes."""
        return self._manifest

    def missing(self, keys: Iterable[bytes]) -> list[bytes]:
        """The keys, in order, under which no vector is stored."""
        keys = list(keys)
        stored = self._rows_with_keys(keys, ["key"])
        return [key for key in keys if key.hex() not in stored]

    @contextmanager
    def transaction(self, meta: Mapping[str, str] | None = None) -> Iterator[MilvusTransaction]:
        """All changes inside, and the facts ``meta``, are sent at the end as the next revision.

        None of them is sent when an error is raised.
        """
        transaction = MilvusTransaction(self, meta)
        yield transaction
        self._commit(transaction)

    def discard_damage(self, problems: Collection[Problem]) -> list[int]:
        """Delete the passages of the documents with a problem; returns the ids of these documents, to chunk again.

        Documents that were altered or are incomplete are removed, so that a build reads their files again.
        """
        broken = sorted({problem.document_id for problem in problems if problem.document_id is not None})
        if broken:
            if lost := set(broken) - readable_documents(self, broken).keys():
                with self.transaction() as transaction:
                    transaction.remove(lost)
                broken = [document_id for document_id in broken if document_id not in lost]
            self._write_manifest(replace(self.manifest(), pending=tuple(broken)))
            self.connection.delete_in(self.manifest().collection("passages"), "document", broken)
        self._repaired = True
        return broken

    def finish(self, progress: OnProgress) -> int:
        """Flush new rows, so that searches use the indexes of Milvus, and return the revision."""
        if self._repaired:
            self._delete_orphans()
        if self._changed:
            progress(Progress("write", 0, 1))
            self._flush()
            self._changed = False
            progress(Progress("write", 1, 1))
        return self.manifest().revision

    def _delete_orphans(self) -> None:
        """Delete the passages and texts that belong to no present document, and count again."""
        documents = {stored.record.id: stored for stored in self.stored_documents()}
        self._delete_orphan_passages(documents, "")
        self._write_manifest(replace(self.manifest(), pending=tuple(documents)))
        self._recover()

    def _commit(self, transaction: MilvusTransaction) -> None:
        before = self.manifest()
        meta = dict(before.meta) | transaction.meta | {"updated": utc_now()}
        create_generation(self.connection, before, int(meta.get("dimensions", 0)))
        plan = CommitPlan.of(transaction, self, self._replaced_index)
        vectors = self._vectors_for(transaction)
        self._write_manifest(replace(plan.manifest, pending=plan.changed_ids()))
        self._write_rows(plan, vectors)
        for kind, values in transaction.facts.items():
            self._replace_facts(kind, values)
        self._replace_failures(transaction)
        self._delete_parts(plan.replaced + plan.removed)
        after = replace(plan.final_manifest(), revision=before.revision + 1, meta=tuple(sorted(meta.items())))
        self._write_manifest(after)
        self._changed = True
        self._unflushed += max(plan.chunk_count(), len(plan.puts))
        if self._unflushed >= _FLUSH_ROWS and self.connection.is_file:
            self._flush()

    def _vectors_for(self, transaction: MilvusTransaction) -> dict[bytes, Vectors]:
        """The vectors of all passages that are put, by key: new ones, and those of stored passages."""
        keys = {passage.key for *_, passages in transaction.puts for passage in passages} - transaction.vectors.keys()
        rows = self._rows_with_keys(list(keys), ["key", "vector"])
        return transaction.vectors | {bytes.fromhex(key): row["vector"] for key, row in rows.items()}

    def _rows_with_keys(self, keys: list[bytes], fields: list[str]) -> dict[str, Row]:
        """The row of one stored passage for each vector key, by key in hexadecimal."""
        if not self.manifest().dimensions:
            return {}
        collection = self.manifest().collection("passages")
        rows = self.connection.query_in(collection, "key", [key.hex() for key in keys], fields)
        return {row["key"]: row for row in rows}

    def _write_rows(self, plan: CommitPlan, vectors: Mapping[bytes, Vectors]) -> None:
        """Write texts, passages and then documents, so that each document is seen whole; then delete removed ones."""
        documents: list[Row] = []
        texts: list[Row] = []
        passages: list[Row] = []
        words = [
            f"{keyword_column(document.title, passage.chunk)}\n{passage.words}"
            for *_, document, own in plan.puts
            for passage in own
        ]
        stems = iter(self._stemmer.stem(words))
        for document_id, first_chunk, document, own in plan.puts:
            row, parts = document_rows(document, document_id, first_chunk, len(own))
            documents.append(row)
            texts += parts
            stemmed = [next(stems) for _ in own]
            rows = passage_rows(document, document_id, first_chunk, own, stemmed, plan.manifest.schema)
            for row, passage in zip(rows, own, strict=True):
                passages.append(row | {"vector": np.asarray(vectors[passage.key], dtype=np.float32).tolist()})
        for kind, kind_rows in (("texts", texts), ("passages", passages), ("documents", documents)):
            self.connection.upsert(plan.manifest.collection(kind), kind_rows)
        self.connection.delete_in(plan.manifest.collection("documents"), "id", plan.removed_ids())

    def _replace_facts(self, kind: str, values: Mapping[str, str]) -> None:
        before = self.facts(kind)
        self._put_facts({key: value for key, value in values.items() if key not in before})
        self._delete_facts(before.keys() - values.keys())

    def _replace_failures(self, transaction: MilvusTransaction) -> None:
        forgotten = {_failure_key(*path) for path in transaction.forgotten - transaction.failures.keys()}
        failures = {_failure_key(*path): _encode_failure(failure) for path, failure in transaction.failures.items()}
        self._delete_facts(forgotten & self._failure_keys)
        self._put_facts(failures)
        self._failure_keys = (self._failure_keys - forgotten) | failures.keys()

    def _put_facts(self, values: dict[str, str]) -> None:
        put_values(self.connection, self.manifest().collection("facts"), values)

    def _delete_facts(self, keys: Collection[str]) -> None:
        self.connection.delete_in(self.manifest().collection("facts"), "key", sorted(keys))

    def _delete_parts(self, documents: Sequence[StoredDocument]) -> None:
        """Delete the passages and texts of documents in their old state."""
        chunk_ids = [chunk_id for stored in documents for chunk_id in stored.chunk_ids()]
        keys = [key for stored in documents for key in stored.part_keys()]
        self.connection.delete_in(self.manifest().collection("passages"), "id", chunk_ids)
        self.connection.delete_in(self.manifest().collection("texts"), "key", keys)

    def _write_manifest(self, manifest: Manifest) -> None:
        write_manifest(self.connection, self.key, manifest)
        self._manifest = manifest

    def _flush(self) -> None:
        for kind in ("passages", "documents", "texts"):
            if self.connection.load_if_exists(self.manifest().collection(kind)):
                self.connection.call("flush", self.manifest().collection(kind), slow=True)
        self._unflushed = 0

    def _recover(self) -> None:
        """Finish or undo an interrupted commit: a document whose row was written is new, any other is old."""
        manifest = self.manifest()
        if not manifest.pending:
            return
        documents = {stored.record.id: stored for stored in self.stored_documents(manifest.pending)}
        for ids in batches(manifest.pending):
            self._delete_orphan_passages(documents, is_in("document", ids))
            self._delete_orphan_texts(documents, is_in("document", ids))
        self._delete_facts([_failure_key(stored.record.source, stored.record.path) for stored in documents.values()])
        records = self.records()
        chunks = sum(record.chunk_count for record in records)
        revision = manifest.revision + 1
        self._write_manifest(replace(manifest, revision=revision, documents=len(records), chunks=chunks, pending=()))
        self._changed = True

    def _delete_orphan_passages(self, documents: Mapping[int, StoredDocument], where: str) -> None:
        """Delete the passages that match an expression and belong to none of the documents."""
        passages = self.manifest().collection("passages")
        if not self.connection.load_if_exists(passages):
            return
        rows = self.connection.query_all(passages, where, ["id"])
        owned = {chunk_id for stored in documents.values() for chunk_id in stored.chunk_ids()}
        self.connection.delete_in(passages, "id", [row["id"] for row in rows if row["id"] not in owned])

    def _delete_orphan_texts(self, documents: Mapping[int, StoredDocument], where: str) -> None:
        """Delete the parts of texts that match an expression and belong to none of the documents."""
        texts = self.manifest().collection("texts")
        first_chunks = {document_id: stored.first_chunk for document_id, stored in documents.items()}
        rows = self.connection.query_all(texts, where, ["key", "document", "first"])
        orphans = [row["key"] for row in rows if row["first"] != first_chunks.get(row["document"])]
        self.connection.delete_in(texts, "key", orphans)


def _failure_key(source: str, path: str) -> str:
    return f"failure:{short_key(source, path)}"


def _encode_failure(failure: Failure) -> str:
    return json.dumps(astuple(replace(failure, reason=failure.reason[:_REASON_CHARACTERS])))
