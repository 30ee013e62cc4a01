"""Answering: search, read, decide and cite, or say that the documents hold no answer."""

from __future__ import annotations

import re
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from index import DocumentIndex, Filters, Hit, IndexSettings, IndexView, Place, QuestionError
from qa.answering import cascade
from qa.answering.calibration import Calibration
from qa.answering.candidates import Proposal, RetrievedPassage, propose
from qa.answering.cascade import never_cancelled, read_until_settled
from qa.answering.citations import cite, list_items, supporting_citations
from qa.answering.other_places import other_place
from qa.answering.retrieval import retrieve
from qa.answering.second_reading import reading_again, verified
from qa.answering.spelling import corrected, corrections
from qa.answering.versions import with_version_asked
from qa.quotes.proving import proof_of
from qa.reader.reader import Reader
from qa.reader.weights import load_calibration
from qa.settings import EnvironmentSettings, ReaderSettings
from qa.types import LIKELY, Answer, Candidate, Span, Timings
from qa.words import in_english

OPEN_ANSWERERS = 4  # that ``answer`` keeps open
_RUNNERS_UP = 4
_loading = threading.Lock()  # ``lru_cache`` alone lets two threads load the same reader


class Answerer:
    """A reader over an index; the chat, the command line, HTTP, MCP and Python callers all use it."""

    def __init__(
        self, index: DocumentIndex, reader: Reader, calibration: Calibration, settings: ReaderSettings
    ) -> None:
        self.index, self.reader, self.calibration, self.settings = index, reader, calibration, settings

    @classmethod
    def open(cls, location: Place | None = None, *, settings: ReaderSettings | None = None) -> Answerer:
        """Load the reader and open the index at ``location`` (default: the settings' index).

        Raises ``ModelError`` and whatever ``DocumentIndex.open`` raises.
        """
        settings = settings or ReaderSettings()
        searching = settings if isinstance(settings, IndexSettings) else IndexSettings()  # one class may hold both
        index = DocumentIndex.open(location, settings=searching)
        return cls(index, load_reader(settings), load_calibration(settings.reader), settings)

    def __enter__(self) -> Answerer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        self.index.close()

    @property
    def threshold(self) -> float:
        """The probability below which the answer is "not found"."""
        return self.calibration.threshold if self.settings.threshold is None else self.settings.threshold

    def answer(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        should_continue: Callable[[], bool] = never_cancelled,
        min_probability: float | None = None,
    ) -> Answer:
        """The documents' answer to the question, or that they have none.

        Hits, texts and revision are of one snapshot of the index, which ends before the reader reads. Passages that
        hardly reach ``min_probability`` (default: the threshold) may be left unread. Raises ``QuestionError`` for an
        empty or overlong question, ``IndexEmptyError`` if the index has no passages and ``AbandonedError`` once
        ``should_continue``, called between two passages, returns False.
        """
        began = time.perf_counter()
        typed = checked_question(question, self.settings.question_characters)
        with self.index.snapshot() as view:
            meant = corrections(typed, view, self.index.embedder)
            spelt = [in_english(corrected(typed, instead)) for instead in meant]
            retrieved = [
                self._retrieve(view, asked, view.search(asked, self.settings.passages, filters=filters))
                for asked in spelt
            ]
            revision = view.revision
        searched = time.perf_counter()
        wanted = self.threshold if min_probability is None else min_probability
        answers: list[Answer] = []
        for instead, asked, passages in zip(meant, spelt, retrieved, strict=True):
            if not any(answer.probability >= max(LIKELY, self.threshold) for answer in answers):
                answer = self._read(asked, passages, should_continue, wanted)
                answers.append(replace(answer, corrections=instead))
        answer = max(answers, key=lambda one: one.probability)
        done = time.perf_counter()
        timings = Timings(1e3 * (searched - began), 1e3 * (done - searched), 1e3 * (done - began))
        proof = proof_of(revision, self.settings.reader)
        return replace(answer, question=typed, revision=revision, proof=proof, timings=timings)

    def _read(
        self, asked: str, passages: Sequence[RetrievedPassage], should_continue: Callable[[], bool], wanted: float
    ) -> Answer:
        """The answer in these passages, or that they have none that reaches the probability ``wanted``."""
        least = self.calibration.verification.least(wanted)  # by the first reading
        spans = read_until_settled(self.reader, self.calibration, passages, should_continue, least)
        proposals = with_version_asked(asked, propose(passages, spans, self.calibration), least)
        proposals = verified(self.calibration.verification, proposals, reading_again(self.reader), wanted)
        return self._decide(asked, passages, spans, proposals)

    def spelt(self, question: str) -> str:
        """The question with its misspelt words corrected, as it is asked first."""
        with self.index.snapshot() as view:
            return corrected(question, corrections(question, view, self.index.embedder)[0])

    def promise(self, question: str, passages: int, filters: Filters | None = None) -> float:
        """How probable search alone makes an answer, 0 to 1: a bound from the nearest ``passages`` of them.

        Raises as ``answer``.
        """
        asked = checked_question(question, self.settings.question_characters)
        with self.index.snapshot() as view:
            asked = in_english(corrected(asked, corrections(asked, view, self.index.embedder)[0]))
            found = self._retrieve(view, asked, view.search(asked, passages, filters=filters))
        return max((passage.ceiling(self.calibration) for passage in found), default=0.0)

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        filters: Filters | None = None,
        rerank: bool = False,
        should_continue: Callable[[], bool] = never_cancelled,
    ) -> list[Hit]:
        """The k passages nearest to the question, best first; with ``rerank``, those most likely to answer it.

        Reranking reads the nearest ``settings.rerank_passages`` (or k, if more) to the end, which takes longer than an
        answer. The ``score`` of a reranked hit is the probability of its best span by the first reading, 0 to 1. Raises
        as ``answer``.
        """
        asked = in_english(checked_question(question, self.settings.question_characters))
        if not rerank:
            return self.index.search(asked, k, filters=filters)
        with self.index.snapshot() as view:
            hits = view.search(asked, max(k, self.settings.rerank_passages), filters=filters)
            passages = self._retrieve(view, asked, hits)
        ranked = cascade.rerank(self.reader, self.calibration, passages, should_continue)[:k]
        return [replace(hits[position], rank=rank, score=score) for rank, (position, score) in enumerate(ranked, 1)]

    def _retrieve(self, view: IndexView, question: str, hits: Sequence[Hit]) -> list[RetrievedPassage]:
        return retrieve(view, self.index.embedder, question, hits, self.calibration.cells)

    def _decide(
        self,
        question: str,
        passages: Sequence[RetrievedPassage],
        spans: Sequence[Span],
        proposals: Sequence[Proposal],
    ) -> Answer:
        best = proposals[0] if proposals else None
        given = best if best is not None and best.probability >= self.threshold else None
        others = [p for p in proposals[1:] if best is not None and not p.has_same_text(best)]
        citations = supporting_citations(given, proposals, self.threshold) if given else ()
        other, relation = other_place(question, given, others, self.threshold) if given else (None, None)
        return Answer(
            question=question,
            found=given is not None,
            text=citations[0].quote if citations else "",
            probability=best.probability if best else 0.0,
            threshold=self.threshold,
            citations=citations,
            spans=list_items(question, given, spans) if given else (),
            candidates=tuple(_candidate(p) for p in (others if given else proposals)[:_RUNNERS_UP]),
            disagreement=_candidate(other) if other else None,
            relation=relation,
            passages=tuple(
                passage.as_read(next((span for span in spans if span.passage == number), None))
                for number, passage in enumerate(passages)
            ),
        )


_Key = tuple[Path | str, EnvironmentSettings | None]


class AnswererCache:
    """Answerers kept open, at most ``limit`` of them; safe to use from several threads.

    The least recently used one leaves first. It is closed at once or, if some thread is using it, after its last use.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: dict[_Key, Answerer] = {}  # the least recently used one first
        self._users: dict[Answerer, int] = {}  # of those that are kept or in use

    @contextmanager
    def borrow(self, location: Path | str, settings: EnvironmentSettings | None = None) -> Iterator[Answerer]:
        """The answerer of a folder or an address, opened if it is not; raises as ``Answerer.open``."""
        key = (location, settings)
        with self._lock:
            answerer = self._kept.pop(key, None) or Answerer.open(location, settings=settings)
            self._kept[key] = answerer
            self._users[answerer] = self._users.get(answerer, 0) + 1
            self._evict(self._limit)
        try:
            yield answerer
        finally:
            with self._lock:
                self._users[answerer] -= 1
                self._close_unused()

    def close(self) -> None:
        """Close every answerer that is not in use; the others close after their last use."""
        with self._lock:
            self._evict(0)

    def _evict(self, limit: int) -> None:
        while len(self._kept) > limit:
            del self._kept[next(iter(self._kept))]
        self._close_unused()

    def _close_unused(self) -> None:
        kept = set(self._kept.values())
        for answerer in [one for one, users in self._users.items() if not users and one not in kept]:
            del self._users[answerer]
            answerer.close()


_answerers = AnswererCache(OPEN_ANSWERERS)


def answer(question: str, *, index: Path | str | None = None, filters: Filters | None = None) -> Answer:
    """Ask the index at ``index`` (default: what ``QUOTH_STORE`` or ``QUOTH_INDEX`` names, else ``.quoth``).

    The first call opens the models and the index; they stay open for the next calls, which see a rebuilt index too. Up
    to four indexes stay open. Safe to call from several threads. Raises ``QuothError``: ``QuestionError``,
    ``IndexNotFoundError`` and others.
    """
    with borrow_answerer(index) as answerer:
        return answerer.answer(question, filters=filters)


@contextmanager
def borrow_answerer(index: Path | str | None) -> Iterator[Answerer]:
    """The open answerer of an index, as ``answer`` chooses it."""
    settings = EnvironmentSettings.read()
    location = str(index or settings.store or settings.index)
    with _answerers.borrow(location if "://" in location else Path(location).resolve(), settings) as answerer:
        yield answerer


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
    """The reader of the settings, loaded once per process; safe to call from several threads."""
    with _loading:
        return _load_reader(settings.reader, settings.answer_tokens)


@lru_cache(maxsize=2)
def _load_reader(folder: Path, answer_tokens: int) -> Reader:
    return Reader.load(folder, span_tokens=answer_tokens)


def _candidate(proposal: Proposal) -> Candidate:
    return Candidate(proposal.text, proposal.probability, proposal.span.margin, cite(proposal))
