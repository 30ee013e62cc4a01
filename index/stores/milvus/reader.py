"""Reading an index in Milvus."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from index.errors import IndexDamagedError
from index.reports import VerifyReport
from index.stores.base import Inputs, Passage, Summary
from index.stores.milvus.client import MilvusConnection, Row
from index.stores.milvus.rows import (
    DOCUMENT_FIELDS,
    StoredDocument,
    join_document,
    passage_fields,
    stored_document,
    stored_passage,
)
from index.stores.milvus.schema import CURRENT, Manifest, read_manifest
from index.stores.milvus.verify import check
from index.types import Document, DocumentRecord, Failure

_PARTS_BATCH = 200  # of at most 60 kB each
_ATTEMPTS = 3


class MilvusReader:
    """Reads the index of one manifest; rows of a commit that has not ended are not seen."""

    def __init__(self, connection: MilvusConnection, key: str = CURRENT) -> None:
        self.connection, self.key = connection, key

    def manifest(self) -> Manifest:
        """The present state of the index; generation 0 when there is none."""
        return read_manifest(self.connection, self.key) or Manifest(generation=0)

    def summary(self) -> Summary:
        """The index as a whole; Milvus does not report its size."""
        manifest = self.manifest()
        counts = manifest.documents, manifest.chunks
        return Summary(dict(manifest.meta), manifest.revision, *counts, inputs=self.inputs())

    def inputs(self) -> Inputs:
        """The sources, excluded files and failures that builds start from."""
        pairs = (json.loads(value) for value in self.facts("excluded").values())
        failures = [Failure(*json.loads(value)) for value in self.facts("failure").values()]
        return Inputs(
            tuple(sorted(json.loads(value) for value in self.facts("source").values())),
            frozenset((source, path) for source, path in pairs),
            tuple(sorted(failures, key=lambda failure: (failure.path, failure.source))),
        )

    def records(self, ids: Collection[int] | None = None) -> list[DocumentRecord]:
        """Documents without their texts, by path; of all or of the given ids."""
        return [stored.record for stored in self.stored_documents(ids)]

    def documents(self, ids: Collection[int]) -> dict[int, Document]:
        """Whole documents by id, without those that do not exist. Raises IndexDamagedError when a part is missing."""
        stored_documents, parts = self._with_parts(ids)
        return {stored.record.id: join_document(stored, parts) for stored in stored_documents}

    def passages(self, ids: Collection[int]) -> dict[int, list[Passage]]:
        """The passages of documents in order, with their vectors, by document id."""
        rows = self.passage_rows(ids, [*passage_fields(self.manifest().schema), "key", "vector"])
        return {document_id: [stored_passage(row) for row in own] for document_id, own in rows.items()}

    def verify(self) -> VerifyReport:
        """Check every document's passages against its text, and the counts in the manifest."""
        manifest = self.manifest()
        count = self.connection.query(manifest.collection("passages"), "", ["count(*)"]) if manifest.dimensions else []
        return check(self, manifest, self.passage_rows, int(count[0]["count(*)"]) if count else 0)

    def passage_rows(self, ids: Collection[int], fields: list[str]) -> dict[int, list[Row]]:
        """The rows of documents' passages in order, by document id; ``fields`` must include "id" and "document"."""
        documents = {stored.record.id: stored for stored in self.stored_documents(ids)}
        chunk_ids = [chunk_id for stored in documents.values() for chunk_id in stored.chunk_ids()]
        rows = self.connection.query_in(self.manifest().collection("passages"), "id", chunk_ids, fields)
        by_document: dict[int, list[Row]] = {document_id: [] for document_id in documents}
        for row in sorted(rows, key=lambda row: row["id"]):
            if row["document"] in documents and documents[row["document"]].owns(row["id"]):
                by_document[row["document"]].append(row)
        return by_document

    def stored_documents(self, ids: Iterable[int] | None = None) -> list[StoredDocument]:
        """Documents with the locations of their parts, by path; of all or of the given ids."""
        manifest = self.manifest()
        if not manifest.generation:
            return []
        collection = manifest.collection("documents")
        if ids is None:
            rows = self.connection.query_all(collection, "", DOCUMENT_FIELDS)
        else:
            rows = self.connection.query_in(collection, "id", sorted(set(ids)), DOCUMENT_FIELDS)
        return sorted(map(stored_document, rows), key=lambda stored: (stored.record.path, stored.record.source))

    def facts(self, kind: str) -> dict[str, str]:
        """The facts of a kind ("source", "excluded" or "failure") as JSON, by key."""
        manifest = self.manifest()
        if not manifest.generation:
            return {}
        rows = self.connection.query_all(manifest.collection("facts"), f'key like "{kind}:%"', ["key", "value"])
        return {row["key"]: row["value"] for row in rows}

    def parts(self, keys: list[str]) -> dict[str, str]:
        """Parts of documents by key; missing ones are left out."""
        texts = self.manifest().collection("texts")
        rows = self.connection.query_in(texts, "key", keys, ["key", "part"], batch=_PARTS_BATCH)
        return {row["key"]: row["part"] for row in rows}

    def _with_parts(self, ids: Collection[int]) -> tuple[list[StoredDocument], dict[str, str]]:
        """Documents, and their parts by key; reads both again when a writer replaces a document in between."""
        incomplete: list[str] = []
        for _ in range(_ATTEMPTS):
            documents = self.stored_documents(ids)
            parts = self.parts([key for stored in documents for key in stored.part_keys()])
            incomplete = [stored.record.path for stored in documents if not parts.keys() >= set(stored.part_keys())]
            if not incomplete:
                return documents, parts
        raise IndexDamagedError(
            f"part of the text of {incomplete[0]} is missing in {self.connection.uri}: run `quoth index --rebuild`"
        )
