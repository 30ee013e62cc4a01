"""Searching an index in Milvus: HNSW over the vectors, and Milvus' BM25 over stemmed words, choose the candidates.

One hybrid request asks for both; its fusion by reciprocal rank cuts nothing off. Milvus' own scores are not used: those
of Milvus Lite are negative and depend on the segment. Cosines and BM25 scores of the candidates are computed here, with
the index's term statistics, so that an index ranks alike in every store.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePath

import numpy as np

from index.embedder import Vectors
from index.errors import DocumentNotFoundError, IndexDamagedError
from index.ranking.bm25 import bm25_score
from index.ranking.fusion import in_order
from index.ranking.stemming import Stemmer
from index.ranking.terms import Terms
from index.stores.base import Inputs
from index.stores.milvus.client import MilvusConnection, Row, is_in, literal
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.rows import StoredDocument, chunk_of, join_table_part, passage_fields, table_keys
from index.stores.milvus.schema import Manifest, load_generation
from index.stores.milvus.term_statistics import TermStatistics
from index.types import Chunk, Document, Filters, TablePart

_MIN_EF = 200  # candidates that the HNSW search keeps
_STARS = re.compile(r"\*+")
_ONE_CHARACTER = re.compile(r"\[!?\]?[^\]]*\]|[?%_\\\"']")  # of a glob, or special in a Milvus pattern


class MilvusSession:
    """An index in Milvus, open for searching; safe to use from several threads."""

    def __init__(self, connection: MilvusConnection) -> None:
        self._connection = connection
        self.stemmer = Stemmer()
        self._lock = threading.Lock()
        self._statistics: TermStatistics | None = None
        self._loaded_generation = -1
        self._inputs = (Manifest(generation=0), Inputs())

    @contextmanager
    def snapshot(self) -> Iterator[MilvusSnapshot]:
        """The index with its present manifest, so that a rebuilt index is seen at once.

        A document is seen whole, in its old or new state; some documents of a commit may be seen before others.
        """
        snapshot = MilvusSnapshot(self._connection, self)
        manifest = snapshot.manifest()
        if manifest.generation != self._loaded_generation:
            load_generation(self._connection, manifest)
            self._loaded_generation = manifest.generation
        yield snapshot

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def inputs(self, manifest: Manifest, read: Callable[[], Inputs]) -> Inputs:
        """The inputs of an index in this state, read again when the index has changed."""
        with self._lock:
            if self._inputs[0] != manifest:
                self._inputs = (manifest, read())
            return self._inputs[1]

    def statistics(self, manifest: Manifest) -> TermStatistics:
        """Term statistics for an index in this state, read again when the index has changed too much."""
        with self._lock:
            if self._statistics is None or not self._statistics.describes(manifest):
                self._statistics = TermStatistics.read(self._connection, manifest)
            return self._statistics


class MilvusSnapshot(MilvusReader):
    """Reads for one question, all with the same manifest; fetched rows are cached."""

    def __init__(self, connection: MilvusConnection, session: MilvusSession) -> None:
        super().__init__(connection)
        self._session = session
        self._manifest = super().manifest()
        self._rows: dict[int, Row] = {}
        self._documents: dict[int, StoredDocument | None] = {}

    def manifest(self) -> Manifest:
        """The state of the index when the snapshot was taken."""
        return self._manifest

    def inputs(self) -> Inputs:
        """The inputs of builds, read once per revision."""
        return self._session.inputs(self._manifest, super().inputs)

    def document_frequency(self, terms: Collection[str]) -> dict[str, int]:
        """How many passages contain each term, estimated for a large index; terms in none are left out."""
        statistics = self._session.statistics(self._manifest)
        counts = {term: statistics.frequency(term, self._manifest.chunks) for term in terms}
        return {term: count for term, count in counts.items() if count}

    def candidates(
        self, vector: Vectors, terms: Terms, limit: int, filters: Filters | None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Cosines of the best passages by meaning or by words, and the ``limit`` best BM25 scores, each by chunk id."""
        stems = self._session.stemmer.stem([" ".join(terms.chosen())])[0]
        rows = self._search(vector, stems, limit, filters)
        frequencies = self.document_frequency(set(stems)) if stems else {}
        average = self._session.statistics(self._manifest).average_length if stems else 0.0
        dense = {row["id"]: float(np.asarray(row["vector"], dtype=np.float32) @ vector) for row in rows}
        passages = self._manifest.chunks
        keyword = {row["id"]: bm25_score(row["terms"].split(), frequencies, passages, average) for row in rows}
        return dense, dict(in_order({chunk_id: score for chunk_id, score in keyword.items() if score})[:limit])

    def chunks(self, ids: Collection[int]) -> dict[int, Chunk]:
        """Chunks by id; unknown ids are left out."""
        return {chunk_id: chunk_of(row) for chunk_id, row in self._cached_rows(ids).items()}

    def by_words(self, text: str, terms: Terms, limit: int) -> list[int]:
        """Ids of chunks that share the text's rarest words."""
        stems = self._session.stemmer.stem([" ".join(terms.chosen())])[0]
        if not stems:
            return []
        hits = self.connection.call(
            "search",
            self._manifest.collection("passages"),
            [" ".join(stems)],
            anns_field="sparse",
            limit=limit,
            output_fields=passage_fields(self._manifest.schema),
            consistency_level="Bounded",
        )[0]
        return [row["id"] for row in self._present(hits, None)]

    def keyword_texts(self, limit: int) -> list[str]:
        """The texts and titles of at most ``limit`` passages, as keyword search covers them."""
        passages = self._manifest.collection("passages")
        if self._manifest.next_chunk <= limit:
            rows = self.connection.query_all(passages, "", ["title", "text"])
        else:
            rows = self.connection.query_in(passages, "id", range(1, limit + 1), ["title", "text"], strong=False)
        return [f"{row['title']}\n{row['text']}" for row in rows]

    def stored_documents(self, ids: Iterable[int] | None = None) -> list[StoredDocument]:
        """Documents with the locations of their parts, by path; cached ones in their state at the time of fetching."""
        if ids is None:
            return super().stored_documents()
        documents = [stored for stored in self._cached_documents(set(ids)).values() if stored]
        return sorted(documents, key=lambda stored: (stored.record.path, stored.record.source))

    def documents(self, ids: Collection[int]) -> dict[int, Document]:
        """Whole documents by id. Raises DocumentNotFoundError when one was replaced since the search."""
        try:
            return super().documents(ids)
        except IndexDamagedError:
            if MilvusReader(self.connection).stored_documents(ids) != self.stored_documents(ids):
                raise DocumentNotFoundError("a document was replaced while it was read: repeat the question") from None
            raise

    def table_parts(self, chunk_ids: Collection[int], around: int = 0) -> dict[int, TablePart]:
        """The table rows in chunks, and ``around`` more on either side if there are, by chunk id.

        Raises DocumentNotFoundError when a document was replaced since the search.
        """
        rows = {i: (chunk.document_id, chunk.rows) for i, chunk in self.chunks(chunk_ids).items() if chunk.rows}
        found = {stored.record.id: stored for stored in self.stored_documents({i for i, _ in rows.values()})}
        try:
            parts = self.parts([key for stored in found.values() for key in stored.layout_keys()])
            keys = {key for i, own in rows.values() for key in table_keys(found[i], parts, own, around)}
            parts |= self.parts(sorted(keys))
            return {chunk: join_table_part(found[i], parts, own, around) for chunk, (i, own) in rows.items()}
        except KeyError:
            raise DocumentNotFoundError("a document was replaced while it was read: repeat the question") from None

    def _search(self, vector: Vectors, stems: list[str], limit: int, filters: Filters | None) -> list[Row]:
        """The rows of the best passages of admitted documents, by similarity to a vector or by BM25 over stems."""
        where = self._condition(filters)
        if where is None:
            return []
        from pymilvus import AnnSearchRequest, RRFRanker

        parameters = {"params": {"ef": max(_MIN_EF, 2 * limit)}}
        requests = [AnnSearchRequest([vector.tolist()], "vector", parameters, limit, where)]
        if stems:
            requests.append(AnnSearchRequest([" ".join(stems)], "sparse", {"params": {}}, limit, where))
        hits = self.connection.call(
            "hybrid_search",
            self._manifest.collection("passages"),
            requests,
            RRFRanker(),
            limit=len(requests) * limit,
            output_fields=[*passage_fields(self._manifest.schema), "terms", "vector"],
            consistency_level="Bounded",
        )[0]
        return self._present(hits, filters)

    def _present(self, hits: Iterable[Row], filters: Filters | None) -> list[Row]:
        """The rows of hits, which are cached, that belong to the present version of an admitted document."""
        rows = [dict(hit["entity"]) | {"id": hit["id"]} for hit in hits]
        self._rows.update({row["id"]: row for row in rows})
        documents = self._cached_documents({row["document"] for row in rows})
        return [row for row in rows if _is_admitted(row, documents[row["document"]], filters)]

    def _condition(self, filters: Filters | None) -> str | None:
        """The filters as a Milvus expression, empty without filters; None when they admit no document."""
        if filters is None:
            return ""
        where = filter_expression(filters)
        if not filters.metadata and filters.members is None:
            return where
        ids = [record.id for record in self.records() if filters.admit(record)]
        return " and ".join(part for part in (where, is_in("document", ids)) if part) if ids else None

    def _cached_documents(self, ids: Collection[int]) -> dict[int, StoredDocument | None]:
        if unknown := set(ids) - self._documents.keys():
            self._documents.update(dict.fromkeys(unknown))
            self._documents.update({stored.record.id: stored for stored in super().stored_documents(unknown)})
        return {document_id: self._documents[document_id] for document_id in ids}

    def _cached_rows(self, chunk_ids: Collection[int]) -> dict[int, Row]:
        if unknown := sorted(set(chunk_ids) - self._rows.keys()):
            collection = self._manifest.collection("passages")
            fields = passage_fields(self._manifest.schema)
            rows = self.connection.query_in(collection, "id", unknown, fields, strong=False)
            self._rows.update({row["id"]: row for row in rows})
        return {chunk_id: self._rows[chunk_id] for chunk_id in chunk_ids if chunk_id in self._rows}


def filter_expression(filters: Filters) -> str:
    """The filters, except metadata and collection, as a Milvus expression; empty without conditions.

    It matches every document that the filters admit, and perhaps others.
    """
    parts = []
    if filters.documents:
        parts.append(is_in("path", sorted(set().union(*map(_possible_paths, filters.documents)))))
    if filters.path is not None:
        parts.append(f"path like {literal(_STARS.sub('%', _ONE_CHARACTER.sub('_', filters.path)))}")
    if filters.media_type is not None and "/" in filters.media_type:
        parts.append(f"media_type == {literal(filters.media_type)}")
    if filters.after is not None or filters.before is not None:
        parts.append(f"date >= {literal(filters.after or '0')}")
    if filters.before is not None:
        parts.append(f"date <= {literal(filters.before + '~')}")  # "~" sorts after every character of a date
    return " and ".join(parts)


def _possible_paths(document: str) -> set[str]:
    """The relative paths that may be stored for a document given by its relative path or its absolute address."""
    path = PurePath(document)
    starts = range(1, len(path.parts)) if path.is_absolute() else ()
    return {document, *(str(PurePath(*path.parts[start:])) for start in starts)}


def _is_admitted(row: Row, stored: StoredDocument | None, filters: Filters | None) -> bool:
    """Whether a passage belongs to the present version of its document, and the filters admit the document."""
    return stored is not None and stored.owns(row["id"]) and (filters is None or filters.admit(stored.record))
