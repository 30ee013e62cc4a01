"""A reply that is no answer, as HTML: passages on a subject, a summary, the library, or a friendly line. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from index import DocumentRecord
from qa import Citation, DocumentHits, FoundPassage, Reply
from ui.text import dating, distinct_titles
from ui.web.html import render
from ui.web.reading.anchor import Anchor


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, marked or not."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A text with the link that opens the viewer there."""

    pieces: tuple[Piece, ...]
    href: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """The passages of one document on a subject."""

    title: str
    count: int
    places: tuple[LinkedText, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the library, with the link that opens it."""

    title: str
    date: str | None
    dated: str  # what the date is: "dated in the text"
    href: str


def replied(turn: str, reply: Reply) -> str:
    """The turn with its reply."""
    return render(
        "turn/replied.html",
        turn=turn,
        state="replied",
        question=reply.utterance,
        record="",
        reply=reply,
        sentences=[_key_sentence(citation) for citation in reply.summary.sentences] if reply.summary else [],
        facts=_facts(reply),
        groups=[_group(group) for group in reply.hits],
        entries=[] if reply.summary else list(map(_entry, reply.documents, distinct_titles(reply.documents))),
    )


def _facts(reply: Reply) -> dict[str, tuple[str, ...]]:
    """Outline, dates, amounts and names of a summary, by their heading; only those that there are."""
    if reply.summary is None:
        return {}
    named = {
        "Outline": reply.summary.outline,
        "Dates": reply.summary.dates,
        "Amounts": reply.summary.amounts,
        "Names": reply.summary.names,
    }
    return {name: values for name, values in named.items() if values}


def _key_sentence(citation: Citation) -> LinkedText:
    href = Anchor.of(citation.document_id, citation.start, citation.quote).href
    return LinkedText((Piece(citation.quote, marked=False),), href, citation.page)


def _group(group: DocumentHits) -> Group:
    return Group(group.title, group.count, tuple(_mention(passage) for passage in group.passages))


def _mention(passage: FoundPassage) -> LinkedText:
    href = Anchor.of(passage.document_id, passage.start, passage.text).href
    return LinkedText(tuple(_pieces(passage)), href, passage.page)


def _pieces(passage: FoundPassage) -> Iterator[Piece]:
    """The passage's text cut at its marks."""
    end = 0
    for start, stop in passage.marks:
        yield Piece(passage.text[end:start], marked=False)
        yield Piece(passage.text[start:stop], marked=True)
        end = stop
    yield Piece(passage.text[end:], marked=False)


def _entry(record: DocumentRecord, name: str) -> Entry:
    return Entry(name, record.date, dating(record.date_source), Anchor.of(record.id, 0, "").href)
