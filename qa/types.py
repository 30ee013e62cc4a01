"""The types of answering: spans, citations, answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Confidence = Literal["confident", "likely", "unsure"]
Relation = Literal["contradicts", "earlier"]
QuoteState = Literal["there", "moved", "changed", "gone"]
CONFIDENT, LIKELY = 0.8, 0.5  # the least probabilities of these words
LEAST_GUESS = 0.1  # the least probability of words that a refusal outlines


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
    date_source: str | None = None  # where the date is from: "text", "front matter", "metadata" or "file" (its name)
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
    date_source: str | None = None  # where the date is from, as ``Document.date_source`` says it


@dataclass(frozen=True, slots=True)
class Proof:
    """What gave an answer, so that it can be checked years later."""

    revision: int  # of the index
    weights_sha256: str  # of the reader's weights: that of what ``sha256sum reader-*.safetensors`` prints
    version: str  # of Quoth


@dataclass(frozen=True, slots=True)
class QuotePlace(Source):
    """A part of a document: ``document.text[start:end] == text``."""

    document_sha256: str  # of the file's bytes, hex
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of a quote, and what the document has instead of them; one of the two may be empty."""

    quoted: str
    found: str
    quoted_start: int  # code points into the quote
    quoted_end: int
    found_start: int  # code points into the text of the place
    found_end: int


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """Whether a text stands in the documents word for word, and where; if not, what comes nearest.

    White space, hyphens and quotation marks of any kind are alike; all else must agree.
    """

    quote: str
    verbatim: bool
    places: tuple[QuotePlace, ...] = ()  # where it stands, at most ten; empty unless ``verbatim``
    nearest: QuotePlace | None = None  # None if ``verbatim``, or if no passage shares a word with it
    likeness: float = 0.0  # of the nearest, 0 to 1; 1 if ``verbatim``
    differences: tuple[Difference, ...] = ()  # from the nearest
    revision: int = 0


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """What became of a citation of a saved answer.

    "there": quote and sentence stand where the citation says. "moved": the sentence stands elsewhere, in this document
    or another. "changed": something like it stands there instead. "gone": nothing in the documents is like it.
    """

    question: str
    quote: str
    path: str  # in the citation
    state: QuoteState
    file_changed: bool  # whether the file is another one now: not if one with its sha256 has only another path
    place: QuotePlace | None = None  # where the sentence stands now, or what stands there instead; None if "gone"
    differences: tuple[Difference, ...] = ()  # from the sentence that was cited, if "changed"
    proof: Proof | None = None  # of the saved answer


@dataclass(frozen=True, slots=True)
class SavedAnswersCheck:
    """What became of the citations of saved answers."""

    answers: int
    citations: tuple[CitationCheck, ...]
    revision: int  # of the index now

    @property
    def intact(self) -> bool:
        """Whether every citation still stands where it says."""
        return all(citation.state == "there" for citation in self.citations)


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
    proof: Proof | None = None  # set by ``Answerer.answer``
    timings: Timings = field(default_factory=Timings)

    def __post_init__(self) -> None:
        object.__setattr__(self, "confidence", confidence_of(self.probability))

    @property
    def guess(self) -> Candidate | None:
        """The likeliest candidate of a refusal, if at least one in ten like it is right; it is not an answer."""
        likeliest = self.candidates[0] if self.candidates and not self.found else None
        return likeliest if likeliest and likeliest.probability >= LEAST_GUESS else None

    @property
    def asked(self) -> str:
        """What the documents were asked: the question, with its misspelt words corrected."""
        return re.sub(r"[^\W\d_]+", lambda word: self.corrections.get(word[0], word[0]), self.question)

    def as_dict(self) -> dict[str, Any]:
        """Plain values only, for JSON."""
        return asdict(self)
