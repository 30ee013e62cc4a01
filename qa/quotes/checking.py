"""Whether a quote stands in the documents, where, and if not what comes nearest. No model is needed."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import Chunk, DocumentIndex, DocumentRecord, IndexView, QuestionError
from index.ranking.unspaced import spaced
from qa.answering.cascade import AbandonedError, never_cancelled
from qa.answering.citations import page_at
from qa.quotes.alike import is_alike, occurrences, plain, plain_with_offsets, without_line_ends
from qa.quotes.differences import differing_words, likeness, nearest_likeness, nearest_part, share_a_word
from qa.settings import EnvironmentSettings
from qa.types import QuoteCheck, QuotePlace

LONGEST_QUOTE = 5_000  # characters
MOST_PLACES = 10
_CANDIDATES = 40  # passages that share words with the quote
_ALIGNED = 12  # of them, those with most of its words
_USUAL_PASSAGE = 400  # characters, by which the number of neighbours is chosen
_MOST_NEIGHBOURS = 15
_GAP = 4  # characters between two passages of one text
_MARKS = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("‘", "’"), ("'", "'"))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Passages that follow one another in a document, as one text; ``start`` is its place in the document."""

    text: str
    start: int
    chunk: Chunk
    record: DocumentRecord


def verify_quote(text: str, *, index: Path | str | None = None) -> QuoteCheck:
    """Check a quote against the index at ``index`` (default: as for ``answer``), without loading a model.

    Raises ``QuestionError`` for a text without words or of more than 5,000 characters, and whatever
    ``DocumentIndex.open`` raises.
    """
    settings = EnvironmentSettings.read()
    with DocumentIndex.open(str(index or settings.store or settings.index), settings=settings) as opened:
        return check_quote(opened, text)


def check_quote(
    opened: DocumentIndex, text: str, *, should_continue: Callable[[], bool] = never_cancelled
) -> QuoteCheck:
    """Check a quote against an open index; raises as ``verify_quote``.

    Raises ``AbandonedError`` when ``should_continue``, called between passages, returns False.
    """
    quote = unquoted(text)
    with opened.snapshot() as view:
        return check_in(view, quote, should_continue)


def unquoted(text: str) -> str:
    """A quote without the quotation marks and the ellipses around it.

    Raises ``QuestionError`` if it is empty or too long.
    """
    quote = _without_ellipses(text)
    for before, after in _MARKS:
        inner = quote.removeprefix(before).removesuffix(after)
        if len(inner) == len(quote) - 2 and before not in inner and after not in inner:
            quote = _without_ellipses(inner)
            break
    if not any(character.isalnum() for character in quote):
        raise QuestionError("the quote is empty: give the words to look for")
    if len(quote) > LONGEST_QUOTE:
        raise QuestionError(
            f"the quote has {len(quote):,} characters, at most {LONGEST_QUOTE:,} are checked: shorten it"
        )
    return quote


def _without_ellipses(text: str) -> str:
    """A quote without what says that the text goes on at its ends."""
    quote = text.strip()
    for mark in ("[...]", "[…]"):
        quote = quote.removeprefix(mark).removesuffix(mark).strip()
    if quote.startswith(("...", "…")):
        quote = quote.lstrip(".…" + string.whitespace)
    if quote.endswith(("...", "…")):
        quote = quote.rstrip(".…" + string.whitespace)
    return quote


def check_in(view: IndexView, quote: str, should_continue: Callable[[], bool] = never_cancelled) -> QuoteCheck:
    """Check a quote, as ``unquoted`` gives it, against one revision of an index; may raise as ``check_quote``."""
    wanted = plain(quote)
    whole = without_line_ends(wanted)
    found = view.by_words(quote if whole == wanted else f"{quote}\n{whole}", _CANDIDATES)
    alone = [_Stretch(chunk.text, chunk.start, chunk, record) for chunk, record in found]
    places = list(_standing(view, alone, wanted))
    if not places:
        stretches = _with_neighbours(view, found, len(quote))
        places = [place for place in _standing(view, stretches, wanted) if is_alike(wanted, plain(place.text))]
    if places:
        places.sort(key=lambda place: (place.path, place.document_id, place.start))
        return QuoteCheck(quote, True, tuple(places[:MOST_PLACES]), likeness=1.0, revision=view.revision)
    if nearest := _nearest(_sharing(stretches, wanted), wanted, should_continue):
        place = _place(view, nearest, *nearest_part(quote, nearest.text))
        if share_a_word(quote, place.text):
            differences = differing_words(quote, place.text)
            return QuoteCheck(quote, False, (), place, likeness(quote, place.text), differences, view.revision)
    return QuoteCheck(quote, False, revision=view.revision)


def _standing(view: IndexView, stretches: Iterable[_Stretch], wanted: str) -> Iterator[QuotePlace]:
    """The places of a plain text in stretches, each once."""
    seen: set[tuple[int, int]] = set()
    for stretch in stretches:
        if not occurrences(wanted, plain(stretch.text)):
            continue
        within, offsets = plain_with_offsets(stretch.text)
        for first, end_of_last in occurrences(wanted, within):
            start, end = offsets[first], offsets[end_of_last - 1] + 1
            if (stretch.record.id, stretch.start + start) not in seen and len(seen) < MOST_PLACES:
                seen.add((stretch.record.id, stretch.start + start))
                yield _place(view, stretch, start, end)


def _place(view: IndexView, stretch: _Stretch, start: int, end: int) -> QuotePlace:
    """A range of a stretch as a place in its document, with the page on which it begins."""
    chunk, record = stretch.chunk, stretch.record
    first, last = stretch.start + start, stretch.start + end
    inside = chunk.start <= first and last <= chunk.end
    page = chunk.page
    if page is not None:
        there = page_at(view.document(record.id).pages, first)
        page = there.number if there else page
    return QuotePlace(
        document_id=record.id,
        path=record.path,
        title=record.title,
        page=page,
        heading=chunk.heading,
        date=record.date,
        document_sha256=record.sha256,
        start=first,
        end=last,
        text=stretch.text[start:end] if inside else view.text(record.id)[first:last],
    )


def _with_neighbours(view: IndexView, found: Sequence[tuple[Chunk, DocumentRecord]], characters: int) -> list[_Stretch]:
    """Each passage with those around it, to find a text of this length that begins or ends in another passage."""
    reach = min(1 + characters // _USUAL_PASSAGE, _MOST_NEIGHBOURS)
    rows = view.neighbours([chunk for chunk, _ in found], reach)
    return [_joined(rows[chunk.id], chunk, record) for chunk, record in found]


def _joined(chunks: Sequence[Chunk], middle: Chunk, record: DocumentRecord) -> _Stretch:
    """Passages around one as one text, as far as hardly anything is between them."""
    text, start = middle.text, middle.start
    for chunk in reversed([chunk for chunk in chunks if chunk.ordinal < middle.ordinal]):
        if start - chunk.end > _GAP:
            break
        text, start = chunk.text + " " * (start - chunk.end) + text, chunk.start
    for chunk in (chunk for chunk in chunks if chunk.ordinal > middle.ordinal):
        if chunk.start - start - len(text) > _GAP:
            break
        text += " " * (chunk.start - start - len(text)) + chunk.text
    return _Stretch(text, start, middle, record)


def _sharing(stretches: Iterable[_Stretch], wanted: str) -> list[_Stretch]:
    """The stretches that share most words with a plain text, most first."""
    words = set(spaced(wanted.lower()).split())
    shared = [(len(words.intersection(spaced(plain(stretch.text).lower()).split())), stretch) for stretch in stretches]
    return [stretch for _, stretch in sorted(shared, key=lambda one: -one[0])[:_ALIGNED]]


def _nearest(stretches: Iterable[_Stretch], wanted: str, should_continue: Callable[[], bool]) -> _Stretch | None:
    """The stretch with the part that is most like a plain text, the first of several; None without any."""
    best: _Stretch | None = None
    most = 0.0
    for stretch in stretches:
        if not should_continue():
            raise AbandonedError
        degree = nearest_likeness(wanted, plain(stretch.text), most)
        if best is None or degree > most:
            best, most = stretch, degree
    return best
