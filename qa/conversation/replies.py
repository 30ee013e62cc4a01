"""What a conversation consists of: its earlier turns, and the reply to an utterance."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from index import DocumentRecord
from qa.types import Answer, Citation, Source

ReplyKind = Literal["answer", "refusal", "hits", "summary", "library", "courtesy"]


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier utterance, the question that it was understood as, and the answer; "" for what there was not."""

    utterance: str
    understood: str = ""
    answer: str = ""

    @property
    def question(self) -> str:
        """The question that was asked of the documents."""
        return self.understood or self.utterance


@dataclass(frozen=True, slots=True)
class FoundPassage(Source):
    """A passage that mentions a subject: ``document.text[start:end] == text``."""

    start: int
    end: int
    text: str
    marks: tuple[tuple[int, int], ...]  # ranges in ``text`` of the subject's words


@dataclass(frozen=True, slots=True)
class DocumentHits:
    """The passages of one document that mention a subject."""

    document_id: int
    path: str
    title: str
    date: str | None
    count: int  # of all such passages, of which the best are shown
    passages: tuple[FoundPassage, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a document says, in its own words."""

    document_id: int
    path: str
    title: str
    sentences: tuple[Citation, ...]  # the key sentences in the document's order; each quote is its sentence
    outline: tuple[str, ...]  # headings in order
    dates: tuple[str, ...]  # as they stand, in order
    amounts: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to an utterance.

    ``answer`` is there for the kinds "answer" and "refusal", ``hits`` for "hits", ``summary`` for a "summary" of one
    document. ``choices`` are utterances to choose from where it is unclear which document is meant.
    """

    kind: ReplyKind
    utterance: str
    understood: str  # what was asked of the documents: the utterance, completed from earlier turns and spelt right
    answer: Answer | None = None
    text: str = ""  # one or two sentences in plain words; the answer's text for an answer
    summary: Summary | None = None
    documents: tuple[DocumentRecord, ...] = ()
    hits: tuple[DocumentHits, ...] = ()
    choices: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()  # questions that the documents answer

    @property
    def was_completed(self) -> bool:
        """Whether earlier turns completed the utterance; only its spelling may differ otherwise."""
        return self.answer is not None and self.answer.question != self.utterance

    def as_dict(self) -> dict[str, Any]:
        """Plain values only, for JSON."""
        return asdict(self)
