"""Searching an index in Milvus: HNSW over the vectors, and Milvus' own BM25 over stemmed words.

Each side proposes its best candidates by its own order. They are not fused by Milvus, nor by their ranks alone: an
index must answer the same wherever it is kept, and what is in a folder is fused by adding scores. The BM25 scores that
Milvus gives cannot be added to anything (those of Milvus Lite are negative, and know only the frequencies of their
segment), so the candidates' scores are counted here from their own words, with frequencies of the whole index; of a
sample of it, when it is large. Which hundred candidates its BM25 proposes stays Milvus' choice.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from index.bm25 import bm25
from index.embedder import Vectors
from index.keywords import Terms
from index.milvus_filters import expression
from index.milvus_frequencies import Frequencies, frequencies
from index.milvus_link import Link, Row, among
from index.milvus_reading import MilvusReading
from index.milvus_rows import PASSAGE, Published, chunk_of, words_of
from index.milvus_schema import Head, load
from index.stems import Stemmer
from index.types import Chunk, DocumentRecord, Filters

_LEAST_EF = 200  # candidates that the graph search keeps


class MilvusSession:
    """An index in Milvus, open for searching; safe to use from several threads."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._stemmer = Stemmer()
        self._lock = threading.Lock()
        self._frequencies: Frequencies | None = None
        self._loaded = -1

    @contextmanager
    def snapshot(self) -> Iterator[MilvusSearching]:
        """The index as it is named now.

        A document is seen whole, as it is or as it was; of a commit of several some may be seen before others.
        A renewed index is seen at once.
        """
        searching = MilvusSearching(self._link, self)
        head = searching.head()
        if head.generation != self._loaded:
            load(self._link, head)
            self._loaded = head.generation
        yield searching

    def bytes_on_disk(self) -> int:
        """Unknown: Milvus keeps its files where it is."""
        return 0

    def close(self) -> None:
        """End the connection."""
        self._link.close()

    def stems(self, text: str) -> list[str]:
        """The stems of a text."""
        return self._stemmer.stems([text])[0]

    def frequencies(self, head: Head) -> Frequencies:
        """Frequencies that are about those of the index now."""
        with self._lock:
            known = self._frequencies
            if known is None or not known.still_of(head):
                known = self._frequencies = frequencies(self._link, head)
            return known


@dataclass(slots=True)
class _Seen:
    """What was fetched for one question."""

    rows: dict[int, Row] = field(default_factory=dict)
    vectors: dict[int, Vectors] = field(default_factory=dict)
    documents: dict[int, Published | None] = field(default_factory=dict)


class MilvusSearching(MilvusReading):
    """Reads for one question, at the head that was found first."""

    def __init__(self, link: Link, session: MilvusSession) -> None:
        super().__init__(link)
        self._session = session
        self._seen = _Seen()
        self._head = MilvusReading(link).head()

    def head(self) -> Head:
        """What the index was when the question came."""
        return self._head

    def passages(self) -> int:
        """How many passages there are."""
        return self._head.chunks

    def document_frequency(self, terms: Collection[str]) -> dict[str, int]:
        """In how many passages each stem stands, about."""
        known = self._session.frequencies(self._head)
        counts = {term: known.of(term, self._head.chunks) for term in terms}
        return {term: count for term, count in counts.items() if count}

    def by_meaning(self, vector: Vectors, limit: int, filters: Filters | None) -> dict[int, float]:
        """Cosines of the nearest chunks that the filters admit, by chunk id."""
        found = self._search("vector", vector.tolist(), limit, filters, PASSAGE, {"ef": max(_LEAST_EF, 2 * limit)})
        return {chunk_id: score for chunk_id, score in found if self._admitted(chunk_id, filters)}

    def by_words(self, terms: Terms, limit: int, filters: Filters | None) -> dict[int, float]:
        """BM25 scores of the chunks that have the terms and that the filters admit, by chunk id."""
        stems = self._session.stems(" ".join(terms.chosen()))
        if not stems:
            return {}
        found = self._search("sparse", " ".join(stems), limit, filters, [*PASSAGE, "terms", "vector"], {})
        known = self._session.frequencies(self._head)
        weights = {stem: known.of(stem, self._head.chunks) for stem in set(stems)}
        return {
            chunk_id: bm25(self._seen.rows[chunk_id]["terms"].split(), weights, self._head.chunks, known.words)
            for chunk_id, _ in found
            if self._admitted(chunk_id, filters)
        }

    def cosines(self, vector: Vectors, chunk_ids: Set[int]) -> dict[int, float]:
        """The cosine of each of the chunks."""
        unseen = sorted(chunk_ids - self._seen.vectors.keys())
        self._see(self.link.query_among(self._passages(), "id", unseen, [*PASSAGE, "vector"], strong=False))
        return {i: float(self._seen.vectors[i] @ vector) for i in chunk_ids if i in self._seen.vectors}

    def words(self, chunk_ids: Collection[int]) -> dict[int, tuple[str, str]]:
        """(text, title) of the chunks."""
        rows = self._rows(chunk_ids)
        return {chunk_id: (words_of(row), row["title"]) for chunk_id, row in rows.items()}

    def chunks(self, ids: Collection[int]) -> dict[int, Chunk]:
        """Chunks by id, with their words."""
        return {chunk_id: chunk_of(row) for chunk_id, row in self._rows(ids).items()}

    def records(self, ids: Collection[int] | None = None) -> list[DocumentRecord]:
        """Documents without their texts, by path; those that were seen are not fetched again."""
        if ids is None:
            return super().records()
        found = [one.record for one in self._documents(ids).values() if one]
        return sorted(found, key=lambda record: (record.path, record.source))

    def _search(
        self, column: str, query: object, limit: int, filters: Filters | None, fields: list[str], parameters: Row
    ) -> list[tuple[int, float]]:
        """Chunk ids with Milvus' scores, best first; their rows are seen."""
        where = ""
        if filters is not None:
            where = expression(filters)
            if filters.metadata:
                ids = [record.id for record in super().records() if filters.admit(record)]
                if not ids:
                    return []
                where = " and ".join(part for part in (where, among("document", ids)) if part)
        hits = self.link.call(
            "search",
            self._passages(),
            data=[query],
            anns_field=column,
            limit=limit,
            filter=where,
            output_fields=fields,
            search_params={"params": parameters},
            consistency_level="Bounded",
        )[0]
        self._see([dict(hit["entity"]) | {"id": hit["id"]} for hit in hits])
        self._documents({hit["entity"]["document"] for hit in hits})
        return [(hit["id"], float(hit["distance"])) for hit in hits]

    def _admitted(self, chunk_id: int, filters: Filters | None) -> bool:
        """Whether a passage is one of its document as it is now, and the document is admitted."""
        held = self._seen.documents.get(self._seen.rows[chunk_id]["document"])
        return held is not None and held.owns(chunk_id) and (filters is None or filters.admit(held.record))

    def _documents(self, ids: Collection[int]) -> dict[int, Published | None]:
        seen = self._seen.documents
        if unseen := set(ids) - seen.keys():
            seen.update(dict.fromkeys(unseen))
            seen.update({one.record.id: one for one in self.published(unseen)})
        return {document_id: seen[document_id] for document_id in ids}

    def _rows(self, chunk_ids: Collection[int]) -> dict[int, Row]:
        if unseen := sorted(set(chunk_ids) - self._seen.rows.keys()):
            self._see(self.link.query_among(self._passages(), "id", unseen, PASSAGE, strong=False))
        return {chunk_id: self._seen.rows[chunk_id] for chunk_id in chunk_ids if chunk_id in self._seen.rows}

    def _see(self, rows: list[Row]) -> None:
        for row in rows:
            self._seen.rows[row["id"]] = self._seen.rows.get(row["id"], {}) | row
            if "vector" in row:
                self._seen.vectors[row["id"]] = np.asarray(row["vector"], dtype=np.float32)

    def _passages(self) -> str:
        return self._head.collection("passages")
