"""From spans of passages to places in documents: proposals with a probability each, and their citations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index import Hit
from qa.answering.calibration import Calibration, Evidence
from qa.evaluation.metrics import normalise
from qa.reader.windows import Passage
from qa.text import around, sentences
from qa.types import Citation, Span

_ASKS_DATE = re.compile(r"\b(date|dated|published|publication|posted|issued|written)\b", re.IGNORECASE)
_ASKS_LIST = re.compile(
    r"\b(who|what|which)\s+(are|were)\b|\bwhich\s+\w+s\b|\bwho\s+(all|else)\b|\b(name|list|names)\b", re.IGNORECASE
)
_WHO_OF = re.compile(r"^who\b.*?\b([A-Z]\w+)['’]s\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Z]\w+(?: [A-Z]\w+)*")
_WORD = re.compile(r"\w+")
_FUNCTION_WORDS = frozenset(
    "a an and are as at be by can could did do does for from had has have how in is it its many may might much must of "
    "on or should that the their there this to was were what when where which who whom whose why will with "
    "would".split()
)
_STEM = 6  # letters by which two words count as the same
_REACH = 1200  # code points around a chunk in which its first and last sentences must begin and end
_LIST_MARGIN = 2.0  # an item of a list may score this much less than the best item
_SEPARATOR = re.compile(r"[,;]\s+(?:(?:and|or)\s+)?|\s+(?:and|or)\s+")
_ITEM_WORDS = 8  # of an item; what is longer is a clause
_BETWEEN_WORDS = 3  # that may stand between two items: "Kim and Russians Ryzhikov and ..."


@dataclass(frozen=True, slots=True)
class Source:
    """A hit, its document's whole text, and what the reader is given of it."""

    hit: Hit
    text: str
    passage: Passage
    coverage: float
    question: str

    @classmethod
    def of(cls, hit: Hit, text: str, question: str) -> Source:
        """The head of a document (its date line, front matter) is offered only when the question asks for a date."""
        title = _title(hit)
        head = 0 if _ASKS_DATE.search(question) else hit.head
        passage = Passage(hit.chunk.text, title, head)
        return cls(hit, text, passage, coverage(question, f"{title} {hit.chunk.text}"), question)

    @property
    def similarity(self) -> float:
        """The cosine of the passage and the question."""
        return self.hit.dense_score or 0.0

    def ceiling(self, calibration: Calibration, added: float | None = None) -> float:
        """The most that an answer in this passage comes to, 0 to 1, before it is read or when reading adds so much."""
        return calibration.ceiling(self.similarity, self.coverage, added)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A span as an answer: where it stands in its document, and how likely it is right."""

    source: Source
    span: Span
    start: int  # code points into the document's text
    end: int
    probability: float
    evidence: Evidence

    @property
    def text(self) -> str:
        """The verbatim slice."""
        return self.source.text[self.start : self.end]

    def same_place(self, other: Proposal) -> bool:
        """Whether both stand, at least in part, in the same place."""
        same = self.source.hit.document.id == other.source.hit.document.id
        return same and self.start < other.end and other.start < self.end

    def same_answer(self, other: Proposal) -> bool:
        """Whether both say the same in the same words."""
        return normalise(self.text) == normalise(other.text)

    def overlaps(self, other: Proposal) -> bool:
        """Whether one says the other's words and perhaps more: "Kim" and "Jonathan Kim" do not disagree."""
        mine, theirs = set(normalise(self.text).split()), set(normalise(other.text).split())
        return mine <= theirs or theirs <= mine


def coverage(words: str, text: str) -> float:
    """The share of content words that stand in the text, 0 to 1; 1 when there are none."""
    wanted = {word[:_STEM] for word in _words(words) if word not in _FUNCTION_WORDS}
    held = {word[:_STEM] for word in _words(text)}
    return len(wanted & held) / len(wanted) if wanted else 1.0


def telling(question: str, text: str, best: str = "") -> tuple[int, int]:
    """Where a text comes nearest to the question: its best span, or the sentence with most of the question's words."""
    if best:
        start = max(0, text.find(best))
        return start, start + len(best)
    held = {place: coverage(question, text[slice(*place)]) for place in sentences(text)}
    return max(held, key=held.__getitem__, default=(0, 0))


def propose(sources: Sequence[Source], spans: Iterable[Span], calibration: Calibration) -> list[Proposal]:
    """Every distinct place the reader proposes, the most probable first; overlapping chunks propose a place once."""
    found: list[Proposal] = []
    for span, gap in distinct(span for span in spans if not _of_possessor(sources[span.passage], span)):
        source = sources[span.passage]
        evidence = evidence_of(source, span, gap)
        start = source.hit.chunk.start + span.start
        end = start + len(span.text)
        found.append(Proposal(source, span, start, end, calibration.probability(evidence), evidence))
    kept: list[Proposal] = []
    for proposal in sorted(found, key=lambda p: (-p.probability, p.source.hit.rank, p.start)):
        if not any(proposal.same_place(other) for other in kept):
            kept.append(proposal)
    return kept


def names_possessor(question: str, text: str, start: int, end: int) -> bool:
    """Whether a question such as "Who is Kim's envoy?" is answered with Kim, or with another part of Kim's name.

    ``text[start:end]`` is the answer; a name is a run of capitalised words.
    """
    asked = _WHO_OF.search(question)
    if asked is None:
        return False
    names = " ".join(name.group() for name in _NAME.finditer(text) if name.start() < end and start < name.end())
    return asked.group(1).lower() in _words(f"{names} {text[start:end]}")


def _of_possessor(source: Source, span: Span) -> bool:
    return names_possessor(source.question, source.passage.text, span.start, span.end)


def evidence_of(source: Source, span: Span, gap: float) -> Evidence:
    """What is known of a span that stands ``gap`` above the next in its passage."""
    return Evidence(span.margin, gap, source.similarity, source.coverage)


def distinct(spans: Iterable[Span]) -> Iterator[tuple[Span, float]]:
    """The spans that overlap no better one of their passage, each with its gap to the best other such span there.

    The gap is positive for the best of a passage and negative for the rest. ``spans`` are best first.
    """
    kept: dict[int, list[Span]] = {}
    for span in spans:
        rivals = kept.setdefault(span.passage, [])
        if all(span.end <= other.start or other.end <= span.start for other in rivals):
            rivals.append(span)
    for rivals in kept.values():
        for place, span in enumerate(rivals):
            other = rivals[1 if place == 0 else 0].margin if len(rivals) > 1 else span.margin - 10.0
            yield span, span.margin - other


def cite(proposal: Proposal) -> Citation:
    """The place of a proposal, with the sentence around it."""
    hit, text = proposal.source.hit, proposal.source.text
    low, high = _reach(proposal)
    first, last = around(text[low:high], proposal.start - low, proposal.end - low)
    body = hit.document.body_start
    shown = max(hit.chunk.start, body) if proposal.start >= body else hit.chunk.start  # the head only when it is cited
    return Citation(
        document_id=hit.document.id,
        path=hit.document.path,
        title=hit.document.title,
        page=hit.chunk.page,
        heading=hit.chunk.heading,
        date=hit.document.date,
        start=proposal.start,
        end=proposal.end,
        quote=proposal.text,
        sentence=text[low + first : low + last],
        sentence_start=low + first,
        chunk_start=shown,
        passage=text[shown : hit.chunk.end],
    )


def citations_of(best: Proposal, proposals: Sequence[Proposal], threshold: float) -> tuple[Citation, ...]:
    """The best place first, then the other places that say the same and would be believed on their own."""
    places: dict[tuple[int, int], Proposal] = {(best.source.hit.document.id, best.start): best}
    for proposal in proposals:
        saying = _saying(proposal, best.text) if proposal.probability >= threshold else None
        if saying is not None:
            places.setdefault((saying.source.hit.document.id, saying.start), saying)
    return tuple(cite(proposal) for proposal in places.values())


def _saying(proposal: Proposal, words: str) -> Proposal | None:
    """The place that says the same: in these words, or in more or fewer of a text that has just these words there."""
    if normalise(proposal.text) == normalise(words):
        return proposal
    span, shift = proposal.span, proposal.start - proposal.span.start
    for found in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", proposal.source.passage.text):
        start, end = found.span()
        if start < span.end and span.start < end:
            same = replace(span, start=start, end=end, text=words)
            return replace(proposal, span=same, start=shift + start, end=shift + end)
    return None


def items_of(question: str, best: Proposal, spans: Sequence[Span]) -> tuple[str, ...]:
    """The items of a list answer, in the order of the text: slices of one sentence.

    They are the parts of an answer that is a series ("Kim, Ryzhikov and Zubritsky"), or else spans that are nearly as
    good as the best and stand in a series with it.
    """
    if not _ASKS_LIST.search(question):
        return ()
    parts = _SEPARATOR.split(best.span.text)
    if len(parts) > 2 and all(_is_item(part) for part in parts):
        return tuple(parts)
    text = best.source.passage.text
    low, high = around(text, best.span.start, best.span.end)
    near = [s for s in spans if s.passage == best.span.passage and low <= s.start and s.end <= high]
    enough = max(0.0, best.span.margin - _LIST_MARGIN)
    items = sorted((span for span, _ in distinct(near) if span.margin >= enough), key=lambda span: span.start)
    series = next((run for run in _series(items, text) if best.span in run), [])
    return tuple(span.text for span in series) if len(series) > 1 else ()


def _is_item(part: str) -> bool:
    return 0 < len(part.split()) <= _ITEM_WORDS and part.count("(") == part.count(")")


def _series(items: Sequence[Span], text: str) -> Iterator[list[Span]]:
    """The spans, parted where more than a separator and a word or two stands between neighbours."""
    run: list[Span] = []
    for span in items:
        between = text[run[-1].end : span.start] if run else ""
        if run and not (_SEPARATOR.search(f"{between} ") and len(between.split()) <= _BETWEEN_WORDS):
            yield run
            run = []
        run.append(span)
    yield run


def _title(hit: Hit) -> str:
    heading, title = hit.chunk.heading or "", hit.document.title
    return title if not heading or heading == title else f"{title}: {heading.removeprefix(f'{title} › ')}"


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _reach(proposal: Proposal) -> tuple[int, int]:
    """The part of the text in which the sentence around a proposal is sought.

    That is its chunk, grown to the blank lines around it where they are near. Head and body never share a sentence.
    """
    text, chunk, body = proposal.source.text, proposal.source.hit.chunk, proposal.source.hit.document.body_start
    if proposal.start < body:
        return 0, body
    before = text.rfind("\n\n", max(0, chunk.start - _REACH), chunk.start + 1)
    after = text.find("\n\n", max(0, chunk.end - 1), chunk.end + _REACH)
    low = before + 2 if before >= 0 else (0 if chunk.start <= _REACH else chunk.start)
    high = after if after >= 0 else (len(text) if len(text) - chunk.end <= _REACH else chunk.end)
    return max(low, body), high
