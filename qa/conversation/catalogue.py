"""Questions about the library itself, answered from the catalogue: what there is, how many, the newest."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index import DocumentRecord, Failure
from qa.conversation.subjects import documents_named

SHOWN = 20  # documents listed
_UNREADABLE = re.compile(
    r"\b(?:unread\w*|not (?:be )?read|could ?n[o']?t (?:be )?read|can'?t (?:be )?read|fail\w*|skipped|errors?|broken"
    r"|damaged|left out|missing|not indexed)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\b(?:how many|number of|count|how big|how large|size of)\b", re.IGNORECASE)
_NEWEST = re.compile(r"\b(?:newest|latest|most recent|last|recently|new)\b", re.IGNORECASE)
_OLDEST = re.compile(r"\b(?:oldest|earliest|first)\b", re.IGNORECASE)
_LONGEST = re.compile(r"\b(?:longest|largest|biggest)\b", re.IGNORECASE)
_SHORTEST = re.compile(r"\b(?:shortest|smallest)\b", re.IGNORECASE)
_HAVE = re.compile(
    r"\b(?:do you have|have you got|you have|do you hold|is there|are there|got any|which|what|list|show(?: me)?|is"
    r"|are|do you know)\b(?: (?:an?|any|the|all|some|my|your|of))*\s*(.*?)"
    r"(?: (?:documents?|files?|pdfs?|docs?|texts?|in (?:here|there|the (?:library|collection|index))|here|loaded"
    r"|indexed|there|do you have|have you got|have you|you have))*\W*$",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"^(?:documents?|docs?|files?|pdfs?|titles?|topics?|subjects?|names?|everything|anything|list|books?|texts?|kinds?"
    r"|sorts?|types?|here|there|it|you|do|of|the|all|your|my|in|covered|available|\W)*$",
    re.IGNORECASE,
)


def about_library(
    utterance: str, records: Sequence[DocumentRecord], failures: Sequence[Failure]
) -> tuple[str, tuple[DocumentRecord, ...]]:
    """What to say about the library, and the documents that it is about."""
    if _UNREADABLE.search(utterance):
        return _unreadable(failures), ()
    if not records:
        return "There are no documents yet.", ()
    for pattern, words, key, newest in (
        (_LONGEST, "longest", _characters, True),
        (_SHORTEST, "shortest", _characters, False),
        (_OLDEST, "oldest", _date, False),
        (_NEWEST, "newest", _date, True),
    ):
        if pattern.search(utterance):
            return _superlative(words, key, records, last=newest)
    named = _named(utterance, records)
    if named:
        return f"Yes: {_counted(len(named), 'document')} of that name.", named
    return _listing(records, failures, listed=not _COUNT.search(utterance)), tuple(records[:SHOWN])


def _unreadable(failures: Sequence[Failure]) -> str:
    if not failures:
        return "Every file could be read."
    named = "; ".join(f"{failure.path} ({failure.reason})" for failure in failures[:SHOWN])
    return f"{_counted(len(failures), 'file')} could not be read: {named}."


def _superlative(
    words: str, key: Callable[[DocumentRecord], str | int], records: Sequence[DocumentRecord], *, last: bool
) -> tuple[str, tuple[DocumentRecord, ...]]:
    dated = [record for record in records if key(record)]
    if not dated:
        return f"No document has a date, so the {words} one cannot be told.", ()
    ordered = sorted(dated, key=key, reverse=last)
    first = ordered[0]
    detail = first.date if key is _date else f"{first.characters:,} characters"
    return f"The {words} document is “{first.title}” ({detail}).", tuple(ordered[:3])


def _named(utterance: str, records: Sequence[DocumentRecord]) -> tuple[DocumentRecord, ...]:
    """The documents that the utterance names, if it names any."""
    asked = _HAVE.search(utterance)
    if asked is None or _GENERAL.match(asked[1]):
        return ()
    return tuple(documents_named(asked[1], records))


def _listing(records: Sequence[DocumentRecord], failures: Sequence[Failure], *, listed: bool) -> str:
    total = f"There {'is' if len(records) == 1 else 'are'} {_counted(len(records), 'document')}"
    more = f"; the first {SHOWN} are listed" if listed and len(records) > SHOWN else ""
    unread = f" {_counted(len(failures), 'file')} could not be read." if failures else ""
    return f"{total}{more}.{unread}"


def _characters(record: DocumentRecord) -> int:
    return record.characters


def _date(record: DocumentRecord) -> str:
    return record.date or ""


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
