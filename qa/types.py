"""The types of answering: spans, citations, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Confidence = Literal["confident", "likely", "unsure"]
Relation = Literal["contradicts", "earlier"]
CONFIDENT, LIKELY = 0.8, 0.5  # the least probabilities of these words


def confidence_of(probability: float) -> Confidence:
    """The word for a probability, 0 to 1, the same everywhere and whatever the threshold."""
    return "confident" if probability >= CONFIDENT else "likely" if probability >= LIKELY else "unsure"


@dataclass(frozen=True, slots=True)
class Span:
    """A possible answer in one passage: ``passages[passage].text[start:end] == text``."""

    passage: int  # position in the passages that were read
    start: int  # code points into the passage's text
    end: int
    text: str
    margin: float  # start logit + end logit - null score of the same window; comparable across passages


@dataclass(frozen=True, slots=True)
class Source:
    """The document, and the part of it, that a text is from."""

    document_id: int
    path: str
    title: str
    page: int | None  # on which the text starts
    heading: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class TableCell:
    """The place of a cited cell in its table."""

    table: int  # position in the document's tables
    caption: str
    row: int  # from 1, header rows not counted
    rows: int  # of the whole table, header rows not counted
    row_name: str  # the cell that names the row; "" if no cell does
    column: tuple[str, ...]  # header path of the column, outermost first: ("Budget", "2025")


@dataclass(frozen=True, slots=True)
class TableExcerpt:
    """A few consecutive rows of a table, one of which holds an answer, and at most eight of its columns."""

    columns: tuple[tuple[str, ...], ...]  # header path of each column, outermost first
    rows: tuple[tuple[str, ...], ...]  # the text of each cell
    first: int  # number of the first of these rows in the table, from 1
    row: int  # position in ``rows`` of the row with the answer
    column: int  # position in ``columns`` of the answer's column
    naming: int  # position in ``columns`` of the column that names the rows
    quote: tuple[int, int]  # range of the quote in the text of its cell
    left_out: int = 0  # number of columns that are not among these


@dataclass(frozen=True, slots=True)
class Citation(Source):
    """The source of an answer: ``document.text[start:end] == quote``, in code points of the canonical text."""

    start: int
    end: int
    quote: str
    sentence: str  # the sentence (or sentences) around the quote
    sentence_start: int  # document.text[sentence_start:sentence_start + len(sentence)] == sentence
    chunk_start: int
    passage: str  # the chunk that was read: document.text[chunk_start:chunk_start + len(passage)] == passage
    page_label: str | None = None  # the printed number of that page, where the file says it
    document_sha256: str = ""  # hex digest of the bytes of the file that was read
    table: TableCell | None = None  # where the quote is a table's cell; ``sentence`` is then the row
    excerpt: TableExcerpt | None = None  # that row with up to two rows before and after it


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another possible answer, which was not given."""

    text: str
    probability: float
    margin: float
    citation: Citation


@dataclass(frozen=True, slots=True)
class PassageRead(Source):
    """A retrieved passage with its scores."""

    start: int
    end: int
    text: str
    retrieval_score: float
    dense_rank: int | None
    keyword_rank: int | None
    margin: float | None  # of its best span; None if it was not read or has no span
    best: str  # its best span, or ""


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of each stage."""

    search: float = 0.0
    read: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The documents' answer to a question, or that they have none.

    ``text`` is the quote of the first citation, verbatim; ``text`` and ``citations`` are empty if ``found`` is false.
    Further citations say the same elsewhere. ``spans`` are the items if the answer is a list.
    """

    question: str
    found: bool
    text: str
    probability: float  # calibrated, 0 to 1; ``found`` is true from ``threshold`` up
    threshold: float
    citations: tuple[Citation, ...]
    spans: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()  # runner-ups, best first
    disagreement: Candidate | None = None  # what another place says instead
    relation: Relation | None = None  # what ``disagreement`` is: a contradiction, or what an earlier version said
    confidence: Confidence = "unsure"  # the word for ``probability``, which is always set from it
    corrections: Mapping[str, str] = field(default_factory=dict)  # words as typed, and what was asked instead
    passages: tuple[PassageRead, ...] = ()  # in retrieval order
    revision: int = 0
    timings: Timings = field(default_factory=Timings)

    def __post_init__(self) -> None:
        object.__setattr__(self, "confidence", confidence_of(self.probability))

    def as_dict(self) -> dict[str, Any]:
        """Plain values only, for JSON."""
        return asdict(self)
