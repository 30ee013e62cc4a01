"""Cards of documents: first lines, key sentences, outline, and the dates, amounts and definitions in the text.

Everything on a card is the document's own words with their place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index import Document, DocumentRecord, Embedder
from qa.conversation.examples import Answers, example_questions
from qa.conversation.summaries import AMOUNT, DATE, SCANNED, key_sentences
from qa.text import enclosing_sentences

_FIRST_LINES = 280  # code points
_MOST = 8  # dates, amounts and definitions, each
_OUTLINE = 60
_AROUND = 70  # code points on either side of a date or an amount
_WORDS = 12  # of what a name in brackets stands for
_QUESTIONS = 3
_TERM = r"[\"“]([^\"”\n]{2,50})[\"”]"
_SAYS = r"(?:means|shall mean|is defined as|refers to|stands for)"
_QUOTED_TERM = re.compile(rf"{_TERM}(?: or {_TERM})?[ \n]+{_SAYS}[ \n]+([^.;]{{5,240}})")
_NAMED_TERM = re.compile(
    r"(?<![\w-])(?:(?:An?|The) )?([A-Z][\w-]+(?: [A-Z][\w-]+){0,3})[ \n]+"
    r"(?:means|is defined as|stands for)[ \n]+([^.;]{5,240})"
)
_IN_BRACKETS = re.compile(rf"\((?:(?:hereinafter|hereafter|together),? )?(?:the )?{_TERM}\)")
_BEFORE = 200  # characters before a bracket that are looked at
_SHORTEST = 5  # characters of what is named before a bracket


@dataclass(frozen=True, slots=True)
class PlaceInText:
    """Words of a document with their place, and the words around them: ``document.text[start:end] == text``."""

    text: str
    start: int
    end: int
    page: int | None = None
    page_label: str | None = None  # the printed number of the page
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A term that the document defines, and the words that define it."""

    term: str
    meaning: PlaceInText


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A heading."""

    level: int  # 1 (outermost) to 6
    place: PlaceInText


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """What a document is, in its own words."""

    record: DocumentRecord
    first_lines: PlaceInText | None  # None where a key sentence begins there too, or there is no text
    is_cut: bool  # whether the text goes on after the first lines
    sentences: tuple[PlaceInText, ...]  # five to eight key sentences, or all of fewer, in order
    outline: tuple[OutlineEntry, ...]
    dates: tuple[PlaceInText, ...]  # the first of each, in order
    amounts: tuple[PlaceInText, ...]
    definitions: tuple[Definition, ...]


def document_card(document: Document, record: DocumentRecord, embedder: Embedder) -> DocumentCard:
    """The card of a document; ``record`` is its record at the same revision."""
    text, body = document.text, document.body_start
    chosen = key_sentences(document, embedder)
    last = _cut(text, body, body + _FIRST_LINES)
    start = body + len(text[body:last]) - len(text[body:last].lstrip())
    opens = bool(chosen) and chosen[0][0] <= start + 3
    headings = [one for one in document.headings if one.title != document.title][:_OUTLINE]
    return DocumentCard(
        record=record,
        first_lines=None if opens or start >= last else _place(document, start, last),
        is_cut=bool(text[last:].strip()),
        sentences=tuple(_place(document, *span) for span in chosen),
        outline=tuple(
            OutlineEntry(one.level, _place(document, one.start, one.start + len(one.title))) for one in headings
        ),
        dates=_found(DATE, document),
        amounts=_found(AMOUNT, document),
        definitions=tuple(_definitions(document)),
    )


def card_questions(answerer: Answers, record: DocumentRecord) -> list[str]:
    """Up to three questions that this document answers; each is asked first, which takes seconds."""
    return example_questions(answerer, _QUESTIONS, [record])


def _place(document: Document, start: int, end: int, before: str = "", after: str = "") -> PlaceInText:
    pages = document.pages
    at = bisect_right([page.start for page in pages], start) - 1
    page = pages[at] if at >= 0 else None
    return PlaceInText(
        document.text[start:end], start, end, page.number if page else None, page.label if page else None, before, after
    )


def _found(pattern: re.Pattern[str], document: Document) -> tuple[PlaceInText, ...]:
    """The first place of each of the words that a pattern matches, with the words of their sentence around them."""
    text, body = document.text, document.body_start
    places: dict[str, PlaceInText] = {}
    for found in pattern.finditer(text, body, body + SCANNED):
        if len(places) == _MOST:
            break
        if found[0] not in places:
            start, end = _line(document, found.start(), found.end())
            first, last = max(start, found.start() - _AROUND), min(end, found.end() + _AROUND)
            before, after = text[first : found.start()], text[found.end() : last]
            if first > start:
                before = "…" + before.partition(" ")[2]
            if last < end:
                after = after.rpartition(" ")[0] + "…"
            places[found[0]] = _place(document, found.start(), found.end(), before, after)
    return tuple(places.values())


def _line(document: Document, start: int, end: int) -> tuple[int, int]:
    """The sentence around a place, within a stretch of text that is quickly cut."""
    low = max(document.body_start, document.text.rfind("\n\n", 0, start) + 2, start - 2 * _FIRST_LINES)
    high = min(len(document.text), end + 2 * _FIRST_LINES)
    first, last = enclosing_sentences(document.text[low:high], start - low, end - low)
    return low + first, low + last


def _definitions(document: Document) -> Iterator[Definition]:
    known: set[str] = set()
    for term, start, end in _terms(document):
        if term.casefold() not in known and len(known) < _MOST:
            known.add(term.casefold())
            yield Definition(term, _place(document, start, end))


def _terms(document: Document) -> Iterable[tuple[str, int, int]]:
    """Terms with the place of what defines them, in the order of the text."""
    text, body = document.text, document.body_start
    last = body + SCANNED
    found = [(one[1], one.start(3), one.end(3)) for one in _QUOTED_TERM.finditer(text, body, last)]
    found += [(one[1], one.start(2), one.end(2)) for one in _NAMED_TERM.finditer(text, body, last)]
    for one in _IN_BRACKETS.finditer(text, body, last):
        start, end = _named(text, body, one.start())
        if end - start >= _SHORTEST:
            found.append((one[1], start, end))
    return sorted(found, key=lambda term: term[1])


def _named(text: str, body: int, bracket: int) -> tuple[int, int]:
    """The party or thing named before a bracket: after "between" or "and", and at most twelve words back."""
    low = max(body, bracket - _BEFORE)
    before = text[low:bracket].rstrip(" \n")
    clause = before[1 + max(before.rfind(sign) for sign in ".;:()\n") :]
    start = low + len(before) - len(clause)
    words = list(re.finditer(r"\S+", clause))[-_WORDS:]
    first = words[0].start() if words else 0
    for at, word in enumerate(words[:-1]):
        if word[0].lower() in ("between", "and", "by") and words[at + 1][0][0].isupper():
            first = words[at + 1].start()
    return start + first, low + len(before)


def _cut(text: str, start: int, end: int) -> int:
    """``end``, or the end of the last word before it."""
    if end >= len(text):
        return len(text.rstrip())
    space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
    return space if space > start else end
