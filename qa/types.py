"""The nouns of answering: spans, citations, answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one passage that the reader proposes: ``passages[passage][start:end] == text``."""

    passage: int  # index into the passages that were read
    start: int  # code points into the passage's text
    end: int
    text: str
    margin: float  # start logit + end logit - null score of the same window; comparable across passages


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands: ``document.text[start:end] == quote``, code points into the canonical text."""

    document_id: int
    path: str
    title: str
    page: int | None
    heading: str | None
    date: str | None
    start: int
    end: int
    quote: str
    sentence: str  # the sentence (or sentences) around the quote
    sentence_start: int  # document.text[sentence_start:sentence_start + len(sentence)] == sentence
    chunk_start: int
    passage: str  # the chunk that was read: document.text[chunk_start:chunk_start + len(passage)] == passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A runner-up: an answer that was nearly given."""

    text: str
    probability: float
    margin: float
    citation: Citation


@dataclass(frozen=True, slots=True)
class PassageRead:
    """A passage that was looked at and the scores it got."""

    document_id: int
    path: str
    title: str
    page: int | None
    heading: str | None
    date: str | None
    start: int
    end: int
    text: str
    retrieval_score: float
    dense_rank: int | None
    keyword_rank: int | None
    margin: float | None  # of its best span; None when it was not read or holds none
    best: str  # its best span


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds per stage."""

    search: float = 0.0
    read: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question, or that they do not say.

    ``text`` is the quote of the first citation, verbatim; it is empty and ``citations`` too when ``found`` is false.
    Several citations are several places that say the same. ``spans`` are the items when the answer is a list.
    """

    question: str
    found: bool
    text: str
    probability: float  # calibrated: 0 to 1; the answer is given from ``threshold`` up
    threshold: float
    citations: tuple[Citation, ...]
    spans: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()  # runner-ups, best first
    disagreement: Candidate | None = None  # another answer from another place, nearly as good
    passages: tuple[PassageRead, ...] = ()  # in retrieval order
    revision: int = 0
    timings: Timings = field(default_factory=Timings)

    def as_dict(self) -> dict[str, Any]:
        """Plain values only, for JSON."""
        return asdict(self)
