"""Candidates: the spans that the reader finds in retrieved passages, each with the probability that it is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from index import Hit, Page, TablePart, stem_words
from qa.answering.calibration import Calibration, Evidence
from qa.answering.table_match import TableMatch
from qa.evaluation.metrics import normalise
from qa.reader.windows import Passage
from qa.types import PassageRead, Span
from qa.words import function_words

_ASKS_DATE = re.compile(r"\b(date|dated|published|publication|posted|issued|written)\b", re.IGNORECASE)
_WHO_OF = re.compile(r"^who\b.*?\b([A-Z]\w+)['’]s\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Z]\w+(?: [A-Z]\w+)*")
_WORD = re.compile(r"\w+")
_INTERROGATIVE = re.compile(r"(?:how|what|when|where|which|who|whom|whose|why)\b", re.IGNORECASE)
_PATH_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage that search found for a question, with the text of its document."""

    hit: Hit
    document_text: str
    passage: Passage  # the reader's input
    coverage: float  # as in ``Evidence``
    question: str
    match: TableMatch | None = None  # the rows of a table that it contains
    headers: Mapping[int, float] = field(default_factory=dict)  # ``Evidence.header`` by the start of a cell in its text
    pages: Sequence[Page] = ()  # of its document

    @classmethod
    def of(cls, hit: Hit, document_text: str, question: str, match: TableMatch | None = None) -> RetrievedPassage:
        """The reader sees a document's head (date line, front matter) only if the question asks for a date."""
        chunk, title = hit.chunk, _title(hit)
        title += _named_by_file(question, hit, title)
        head = 0 if _ASKS_DATE.search(question) else hit.head
        passage = Passage(chunk.text, title, head, chunk.context, match.cells if match else ())
        headers = {cell.start: match.header_evidence(chunk.start + cell.start) for cell in match.cells} if match else {}
        return replace(cls.with_input(hit, document_text, passage, question), match=match, headers=headers)

    @classmethod
    def with_input(cls, hit: Hit, document_text: str, passage: Passage, question: str) -> RetrievedPassage:
        """A passage with this input for the reader."""
        covered = coverage(question, f"{passage.title} {passage.context} {passage.text}")
        return cls(hit, document_text, passage, covered, question)

    @property
    def part(self) -> TablePart | None:
        """The rows of a table that the passage contains."""
        return self.match.part if self.match else None

    @property
    def similarity(self) -> float:
        """The cosine of the passage and the question."""
        return self.hit.dense_score or 0.0

    def as_read(self, best: Span | None) -> PassageRead:
        """What is told of the passage; ``best`` is its best span, if the reader found one."""
        hit = self.hit
        start = hit.chunk.start + hit.head
        return PassageRead(
            document_id=hit.document.id,
            path=hit.document.path,
            title=hit.document.title,
            page=hit.chunk.page,
            heading=hit.chunk.heading,
            date=hit.document.date,
            start=start,
            end=hit.chunk.end,
            text=self.document_text[start : hit.chunk.end],
            retrieval_score=hit.score,
            dense_rank=hit.dense_rank,
            keyword_rank=hit.keyword_rank,
            margin=best.margin if best else None,
            best=best.text if best else "",
            date_source=hit.document.date_source,
        )

    def ceiling(self, calibration: Calibration, added: float | None = None) -> float:
        """``Calibration.ceiling`` of this passage."""
        return calibration.ceiling(self.similarity, self.coverage, added)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A span as an answer: its range in the document and the probability that it is right."""

    retrieved: RetrievedPassage
    span: Span
    start: int  # code points into the document's text
    end: int
    probability: float
    evidence: Evidence

    @property
    def text(self) -> str:
        """The verbatim slice of the document."""
        return self.retrieved.document_text[self.start : self.end]

    @property
    def document_id(self) -> int:
        """The document that the span is from."""
        return self.retrieved.hit.document.id

    def in_table_of(self, other: Proposal) -> bool:
        """Whether both are from one table, in which equal cells of different rows do not say the same."""
        mine, theirs = self.retrieved.part, other.retrieved.part
        return self.document_id == other.document_id and bool(mine and theirs and mine.table == theirs.table)

    def overlaps(self, other: Proposal) -> bool:
        """Whether both ranges share a code point of one document."""
        return self.document_id == other.document_id and self.start < other.end and other.start < self.end

    def has_same_text(self, other: Proposal) -> bool:
        """Whether both are equal when normalised as for exact match."""
        return normalise(self.text) == normalise(other.text)

    def agrees_with(self, other: Proposal) -> bool:
        """Whether all words of one are words of the other: "Kim" and "Jonathan Kim" do not disagree."""
        mine, theirs = set(normalise(self.text).split()), set(normalise(other.text).split())
        return mine <= theirs or theirs <= mine


def coverage(question: str, text: str) -> float:
    """The share of the question's content words that occur in the text, 0 to 1; 1 if it has no content words."""
    passed_over = function_words(question)
    asked = set(stem_words(word for word in _words(question) if word not in passed_over))
    return len(asked.intersection(stem_words(_words(text)))) / len(asked) if asked else 1.0


def propose(passages: Sequence[RetrievedPassage], spans: Iterable[Span], calibration: Calibration) -> list[Proposal]:
    """One proposal for each distinct range of a document, the most probable first.

    ``spans`` are best first, and ``span.passage`` is a position in ``passages``. Of overlapping proposals the most
    probable stays, whether they are from one passage or from passages that overlap.
    """
    proposals: list[Proposal] = []
    for span, gap in non_overlapping(span for span in spans if _may_answer(passages[span.passage], span)):
        retrieved = passages[span.passage]
        evidence = evidence_of(retrieved, span, gap)
        start = retrieved.hit.chunk.start + span.start
        end = start + len(span.text)
        proposals.append(Proposal(retrieved, span, start, end, calibration.probability(evidence), evidence))
    kept: list[Proposal] = []
    for proposal in sorted(proposals, key=lambda p: (-p.probability, p.retrieved.hit.rank, p.start)):
        if not any(proposal.overlaps(other) for other in kept):
            kept.append(proposal)
    return kept


def names_possessor(question: str, text: str, start: int, end: int) -> bool:
    """Whether the answer ``text[start:end]`` to "Who is Kim's envoy?" is Kim, or another part of Kim's name.

    A name is a run of capitalised words.
    """
    asked = _WHO_OF.search(question)
    if asked is None:
        return False
    names = " ".join(name.group() for name in _NAME.finditer(text) if name.start() < end and start < name.end())
    return asked.group(1).lower() in _words(f"{names} {text[start:end]}")


def evidence_of(retrieved: RetrievedPassage, span: Span, gap: float) -> Evidence:
    """The evidence for a span; ``gap`` is that of ``non_overlapping``."""
    header = retrieved.headers.get(span.start, 0.0)
    return Evidence(span.margin, gap, retrieved.similarity, retrieved.coverage, header)


def non_overlapping(spans: Iterable[Span]) -> Iterator[tuple[Span, float]]:
    """The spans that overlap no better span of their passage (non-maximum suppression), each with its gap.

    The gap is the margin over the best other kept span of the passage: positive for the best, negative for the rest,
    10 for the only one. ``spans`` are best first.
    """
    kept: dict[int, list[Span]] = {}
    for span in spans:
        rivals = kept.setdefault(span.passage, [])
        if all(span.end <= other.start or other.end <= span.start for other in rivals):
            rivals.append(span)
    for rivals in kept.values():
        for position, span in enumerate(rivals):
            other = rivals[1 if position == 0 else 0].margin if len(rivals) > 1 else span.margin - 10.0
            yield span, span.margin - other


def restates(question: str, answer: str) -> bool:
    """Whether an answer only says what is asked: "how to join the club" to "How do I join the club?"."""
    return _INTERROGATIVE.match(answer) is not None and coverage(answer, question) == 1.0


def _may_answer(retrieved: RetrievedPassage, span: Span) -> bool:
    question, text = retrieved.question, retrieved.passage.text
    return not (names_possessor(question, text, span.start, span.end) or restates(question, span.text))


def _title(hit: Hit) -> str:
    heading, title = hit.chunk.heading or "", hit.document.title
    return title if not heading or heading == title else f"{title}: {heading.removeprefix(f'{title} › ')}"


def _named_by_file(question: str, hit: Hit, title: str) -> str:
    """The words of the document's path that the question names, where neither title nor passage has them."""
    known = {*_words(title), *_words(hit.chunk.text), *function_words(question)}
    named = set(_words(question)) - known
    words = [word for word in _PATH_WORD.findall(hit.document.path) if word.lower() in named]
    return f" ({' '.join(words)})" if words else ""


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
