"""Answering: retrieve, read, choose, cite, or say that the documents do not say."""

from __future__ import annotations

import re
import threading
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from index import DocumentIndex, Filters, Hit, IndexSettings, Place, QuestionError, open_store
from qa.answering.calibration import Calibration
from qa.answering.cascade import NEARLY_AS_GOOD, always, rank, read_until_settled
from qa.answering.citations import Proposal, Source, citations_of, cite, items_of, propose
from qa.reader.reader import Reader
from qa.reader.weights import load_calibration
from qa.settings import ReaderSettings
from qa.types import Answer, Candidate, PassageRead, Span, Timings

_RUNNERS_UP = 4
_loading, _opening = threading.Lock(), threading.Lock()  # a cache alone lets two threads load the same twice


class Answerer:
    """A reader over an index: what every way in (chat, Python, command line, HTTP, MCP) asks."""

    def __init__(
        self, index: DocumentIndex, reader: Reader, calibration: Calibration, settings: ReaderSettings
    ) -> None:
        self.index, self.reader, self.calibration, self.settings = index, reader, calibration, settings

    @classmethod
    def open(cls, location: Place | None = None, *, settings: ReaderSettings | None = None) -> Answerer:
        """Load the reader and open the index at ``location`` (default: the one that the settings name).

        Raises ``ModelError`` and whatever ``DocumentIndex.open`` raises.
        """
        settings = settings or ReaderSettings()
        searching = settings if isinstance(settings, IndexSettings) else IndexSettings()  # one tree may hold both
        index = DocumentIndex.open(open_store(location, searching), settings=searching)
        return cls(index, load_reader(settings), load_calibration(settings.reader), settings)

    def __enter__(self) -> Answerer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index's files."""
        self.index.close()

    @property
    def threshold(self) -> float:
        """The probability below which the answer is 'not found'."""
        return self.calibration.threshold if self.settings.threshold is None else self.settings.threshold

    def answer(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        should_continue: Callable[[], bool] = always,
        least: float | None = None,
    ) -> Answer:
        """What the documents say to the question, as long as it is ``should_continue``.

        Passages are left unread that hardly come to a probability of ``least`` (default: the threshold). Raises
        ``QuestionError`` for an empty or overlong question, ``IndexEmptyError`` when there is nothing to ask and
        ``AbandonedError`` when it is wanted no more.
        """
        began = time.perf_counter()
        asked = checked_question(question, self.settings.question_characters)
        hits = self.index.search(asked, self.settings.passages, filters=filters)
        searched = time.perf_counter()
        sources = self._sources(hits, asked)
        least = self.threshold if least is None else least
        spans = read_until_settled(self.reader, self.calibration, sources, should_continue, least)
        proposals = propose(sources, spans, self.calibration)
        done = time.perf_counter()
        timings = Timings(1e3 * (searched - began), 1e3 * (done - searched), 1e3 * (done - began))
        return self._decide(asked, sources, spans, proposals, timings)

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        filters: Filters | None = None,
        rerank: bool = False,
        should_continue: Callable[[], bool] = always,
    ) -> list[Hit]:
        """The k passages nearest to the question, best first; or, with ``rerank``, those that likeliest answer it.

        These are found by reading the nearest ``settings.rerank_passages`` to the end, or k where that is more, which
        takes longer than an answer; the ``score`` of such a hit is the probability that its best span is right, 0 to 1.
        Raises as ``answer``.
        """
        asked = checked_question(question, self.settings.question_characters)
        if not rerank:
            return self.index.search(asked, k, filters=filters)
        hits = self.index.search(asked, max(k, self.settings.rerank_passages), filters=filters)
        ranked = rank(self.reader, self.calibration, self._sources(hits, asked), should_continue)[:k]
        return [replace(hits[place], rank=number, score=likely) for number, (place, likely) in enumerate(ranked, 1)]

    def _sources(self, hits: Sequence[Hit], question: str) -> list[Source]:
        texts = {hit.document.id: self.index.text(hit.document.id) for hit in hits}
        return [Source.of(hit, texts[hit.document.id], question) for hit in hits]

    def _decide(
        self,
        question: str,
        sources: Sequence[Source],
        spans: Sequence[Span],
        proposals: Sequence[Proposal],
        timings: Timings,
    ) -> Answer:
        best = proposals[0] if proposals else None
        found = best is not None and best.probability >= self.threshold
        citations = citations_of(best, proposals, self.threshold) if best is not None and found else ()
        rest = [p for p in proposals[1:] if best is not None and not p.same_answer(best)]
        return Answer(
            question=question,
            found=found,
            text=citations[0].quote if citations else "",
            probability=best.probability if best else 0.0,
            threshold=self.threshold,
            citations=citations,
            spans=items_of(question, best, spans) if best is not None and found else (),
            candidates=tuple(_candidate(p) for p in (rest if found else proposals)[:_RUNNERS_UP]),
            disagreement=self._disagreement(best, rest) if best is not None and found else None,
            passages=tuple(_passage_read(source, number, spans) for number, source in enumerate(sources)),
            revision=self.index.revision,
            timings=timings,
        )

    def _disagreement(self, best: Proposal, rest: Sequence[Proposal]) -> Candidate | None:
        """The best other answer from another document, when it is nearly as good."""
        for proposal in rest:
            likely = proposal.probability >= max(self.threshold, NEARLY_AS_GOOD * best.probability)
            if (
                likely
                and proposal.source.hit.document.id != best.source.hit.document.id
                and not proposal.overlaps(best)
            ):
                return _candidate(proposal)
        return None


def checked_question(question: str, longest: int) -> str:
    """The question without control characters and spare white space; raises ``QuestionError``."""
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Cn") else c for c in question)
    asked = re.sub(r"\s+", " ", visible).strip()
    if not any(c.isalnum() for c in asked):
        raise QuestionError("the question is empty: ask something in words")
    if len(asked) > longest:
        raise QuestionError(f"the question has {len(asked):,} characters, at most {longest:,} are read: shorten it")
    return asked


def load_reader(settings: ReaderSettings) -> Reader:
    """The reader of the settings, loaded once a process; safe to call from several threads."""
    with _loading:
        return _loaded(settings.reader, settings.answer_tokens)


@lru_cache(maxsize=2)
def _loaded(folder: Path, answer_tokens: int) -> Reader:
    return Reader.load(folder, span_tokens=answer_tokens)


@lru_cache(maxsize=4)
def _opened(location: Path | str) -> Answerer:
    return Answerer.open(location)


def answer(question: str, *, index: Path | str | None = None, filters: Filters | None = None) -> Answer:
    """Ask the index at ``index`` (default: the settings' own, ``.quoth`` in the current folder).

    The models and the index are opened at the first call and kept; a rebuilt index is noticed. It may be called from
    several threads, from the first call on. Raises ``QuestionError``, ``IndexNotFoundError`` and their kin, all of them
    ``QuothError``.
    """
    settings = IndexSettings()
    place = str(index or settings.store or settings.index)
    with _opening:
        opened = _opened(place if "://" in place else Path(place).resolve())
    return opened.answer(question, filters=filters)


def _candidate(proposal: Proposal) -> Candidate:
    return Candidate(proposal.text, proposal.probability, proposal.span.margin, cite(proposal))


def _passage_read(source: Source, number: int, spans: Sequence[Span]) -> PassageRead:
    best = next((span for span in spans if span.passage == number), None)
    chunk, document = source.hit.chunk, source.hit.document
    start = chunk.start + source.hit.head
    return PassageRead(
        document_id=document.id,
        path=document.path,
        title=document.title,
        page=chunk.page,
        heading=chunk.heading,
        date=document.date,
        start=start,
        end=chunk.end,
        text=source.text[start : chunk.end],
        retrieval_score=source.hit.score,
        dense_rank=source.hit.dense_rank,
        keyword_rank=source.hit.keyword_rank,
        margin=best.margin if best else None,
        best=best.text if best else "",
    )
