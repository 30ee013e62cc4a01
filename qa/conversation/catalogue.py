"""Questions about the library itself, answered from the catalogue: what there is, how many, the newest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import PurePath

from index import DocumentRecord, Failure
from qa.conversation.subjects import documents_named

SHOWN = 20  # documents listed
_UNREADABLE = re.compile(
    r"\b(?:unread\w*|not (?:be )?read|could ?n[o']?t (?:be )?(?:read|open)|can'?t (?:be )?(?:read|open)|fail\w*|skipped"
    r"|errors?|broken|damaged|left out|missing|not indexed)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\b(?:how many|number of|count|how big|how large|size of)\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"\bhow many (?P<things>(?!of\b)(?:[\w-]+ ){0,3}?[\w-]+) (?:are|is|were|was) there\W*$", re.IGNORECASE
)
_NEWEST = re.compile(r"\b(?:newest|latest|most recent|last|recently|new)\b", re.IGNORECASE)
_OLDEST = re.compile(r"\b(?:oldest|earliest|first)\b", re.IGNORECASE)
_LONGEST = re.compile(r"\b(?:longest|largest|biggest)\b", re.IGNORECASE)
_SHORTEST = re.compile(r"\b(?:shortest|smallest)\b", re.IGNORECASE)
_HOW_TO = re.compile(
    r"\b(?:can i|could i|may i|how (?:can|do|could|to)(?: i)?|i want to) (?:\w+ ){0,2}?(?:add|upload|remove|delete"
    r"|import|re-?index|update|refresh|replace)\b",
    re.IGNORECASE,
)
_BY_DATE = re.compile(r"\b(?:by date|by age|chronological\w*|newest first|in order of (?:date|age))\b", re.IGNORECASE)
_BY_TITLE = re.compile(r"\b(?:alphabetical\w*|by (?:title|name)|a to z)\b", re.IGNORECASE)
_BY_LENGTH = re.compile(r"\b(?:by (?:size|length)|longest first)\b", re.IGNORECASE)
_PERIOD = re.compile(r"\b(?:what|which) (?:years?|period|dates?|time)\b|\b(?:period|date range)\b", re.IGNORECASE)
_FORMATS = re.compile(
    r"\b(?:formats?|file ?types?"
    r"|(?:what|which) (?:kinds?|sorts?|types?) of (?:documents?|files?))\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\bwhere (?:are|is|do)\b.*\b(?:stored|kept|saved|come from|live)\b|\b(?:sources?|folders?)\b", re.I
)
_PAGES = re.compile(r"\bhow many (?:pages|words|characters)\b", re.IGNORECASE)
_UNDATED = re.compile(r"\b(?:without (?:an? )?dates?|undated|no dates?)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(before|until|up to|after|since|from|of|in|dated)?\s*\b((?:1[5-9]|20)\d\d)\b", re.IGNORECASE)
_RELATIONS = ("before", "until", "up to", "after", "since")
_TYPES = (
    ("PDF", r"pdfs?", (".pdf",)),
    ("Word", r"word|docx?", (".docx", ".doc")),
    ("Markdown", r"markdown|md", (".md", ".markdown")),
    ("spreadsheet", r"spreadsheets?|excel|xlsx?", (".xlsx", ".xls", ".ods", ".csv")),
    ("CSV", r"csvs?", (".csv",)),
    ("HTML", r"html?|web ?pages?", (".html", ".htm")),
    ("plain text", r"plain ?text|text files?|txts?", (".txt",)),
    ("presentation", r"presentations?|powerpoints?|slides?|pptx?", (".pptx", ".odp")),
    ("EPUB", r"epubs?|e-?books?", (".epub",)),
    ("e-mail", r"e-?mails?", (".eml", ".msg")),
    ("JSON", r"json", (".json", ".jsonl")),
)
_FILE = re.compile(r"(?<!\S)[\w-][\w.-]*\.(?:\w{2,4}|xhtml)(?=[\s?!,]|$)")
_THOSE = re.compile(
    r"^\W*(?:and |but |so )?(?:(?:which|what|and) (?:one|ones|of (?:them|those|these))|how many of (?:them|those|these)"
    r"|when (?:was|were) (?:it|they|that one) (?:added|changed|written)"
    r"|(?:and )?the (?:newest|latest|oldest|longest|shortest|biggest|smallest)(?: one)?\W*$)",
    re.IGNORECASE,
)
_HAVE = re.compile(
    r"\b(?:do you have|have you got|you have|do you hold|is there|are there|got any|which|what|list|show(?: me)?|is"
    r"|are|do you know)\b(?: (?:an?|any|the|all|some|my|your|of))*\s*(.*?)"
    r"(?: (?:documents?|files?|pdfs?|docs?|texts?|in (?:here|there|the (?:library|collection|index))|here|loaded"
    r"|indexed|there|do you have|have you got|have you|you have))*\W*$",
    re.IGNORECASE,
)
_IN_CATALOGUE = re.compile(
    r"\b(?:documents?|docs?|files?|titles?|authors?|pages?|words?|characters|topics?|subjects?|collections?|folders?"
    r"|sources?|formats?|types?|kinds?|sorts?|books?|texts?|uploads?|items?|things|entries|ones|errors?|duplicates?)\b",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"^(?:documents?|docs?|files?|pdfs?|titles?|topics?|subjects?|names?|everything|anything|list|books?|texts?|kinds?"
    r"|sorts?|types?|here|there|it|you|do|of|the|all|your|my|in|covered|available|\W)*$",
    re.IGNORECASE,
)


def is_about_those(utterance: str) -> bool:
    """Whether an utterance speaks of the documents that were named before: "which one is the newest?"."""
    return _THOSE.search(utterance) is not None


def counts_things(utterance: str, records: Sequence[DocumentRecord]) -> bool:
    """Whether it is asked how many there are of something that is neither documents nor what a catalogue knows."""
    asked = _COUNTED.search(utterance)
    if (
        asked is None
        or _IN_CATALOGUE.search(asked["things"])
        or any(_is_word(p, asked["things"]) for _, p, _ in _TYPES)
    ):
        return False
    return not documents_named(asked["things"], records)


def about_library(
    utterance: str, records: Sequence[DocumentRecord], failures: Sequence[Failure]
) -> tuple[str, tuple[DocumentRecord, ...]]:
    """What to say about the library, and the documents that it is about."""
    if _HOW_TO.search(utterance):
        return "Add or remove files in the library, or run “quoth index” on the folder: it reads what changed.", ()
    if _UNREADABLE.search(utterance):
        return _unreadable(failures), ()
    if not records:
        return "There are no documents yet.", ()
    if file := _FILE.search(utterance):
        named = tuple(record for record in records if PurePath(record.path).name.lower() == file[0].lower())
        return (f"Yes: {file[0]}." if named else f"There is no file “{file[0]}”."), named
    named = _named(utterance, records)
    if named:
        return f"Yes: {_counted(len(named), 'document')} of that name.", named
    return _described(utterance, records, failures)


def named_subject(utterance: str) -> str:
    """What the documents that are asked for are about: "law" in "do you have documents about law?"; "" if nothing."""
    asked = re.search(r"\b(?:about|on|regarding|deal(?:s|ing)? with|by|from)\s+(?:the )?(.+?)\W*$", utterance, re.I)
    if asked is None or _GENERAL.match(asked[1]) or _YEAR.search(asked[1]):
        return ""
    return asked[1]


def _described(
    utterance: str, records: Sequence[DocumentRecord], failures: Sequence[Failure]
) -> tuple[str, tuple[DocumentRecord, ...]]:
    """What the catalogue says of all documents, or of those of a type or a time."""
    if _FORMATS.search(utterance):
        return _formats(records), tuple(records[:SHOWN])
    if _PERIOD.search(utterance):
        return _period(records), tuple(_dated(records)[:SHOWN])
    if _PAGES.search(utterance):
        return _amount(records), ()
    if _PLACE.search(utterance) and not _COUNT.search(utterance):
        return f"They are read from {_listed(sorted({record.source for record in records}))}.", tuple(records[:SHOWN])
    kind, time, chosen = _narrowed(utterance, records)
    for pattern, words, key, newest in (
        (_LONGEST, "longest", _characters, True),
        (_SHORTEST, "shortest", _characters, False),
        (_OLDEST, "oldest", _date, False),
        (_NEWEST, "newest", _date, True),
    ):
        if pattern.search(utterance) and chosen:
            return _superlative(f"{words} {kind}".strip(), key, chosen, last=newest)
    ordered = _ordered(utterance, chosen)
    if kind or time:
        return _narrow_listing(f"{kind} {time}".strip(), ordered, records), tuple(ordered[:SHOWN])
    return _listing(ordered, failures, listed=not _COUNT.search(utterance)), tuple(ordered[:SHOWN])


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


def _narrowed(utterance: str, records: Sequence[DocumentRecord]) -> tuple[str, str, list[DocumentRecord]]:
    """The type and the time that the utterance names, each in words ("" for none), and the documents of both."""
    chosen, time = list(records), ""
    kind, endings = next(((name, ends) for name, pattern, ends in _TYPES if _is_word(pattern, utterance)), ("", ()))
    if kind:
        chosen = [record for record in chosen if PurePath(record.path).suffix.lower() in endings]
    if _UNDATED.search(utterance):
        return kind, "without a date", [record for record in chosen if not record.date]
    if found := _YEAR.search(utterance):
        relation, year = (found[1] or "from").lower(), found[2]
        time = f"from {relation} {year}" if relation in _RELATIONS else f"from {year}"
        chosen = [record for record in chosen if record.date and _is_in(record.date[:4], year, relation)]
    return kind, time, chosen


def _is_word(pattern: str, utterance: str) -> bool:
    return re.search(rf"\b(?:{pattern})\b", utterance, re.IGNORECASE) is not None


def _is_in(year: str, asked: str, relation: str) -> bool:
    """Whether a year has this relation to the year that is asked about."""
    if relation in ("before", "until", "up to"):
        return year < asked or (year == asked and relation != "before")
    return year > asked or (year == asked and relation != "after") if relation in ("after", "since") else year == asked


def _ordered(utterance: str, records: Sequence[DocumentRecord]) -> list[DocumentRecord]:
    """The documents in the order that the utterance asks for, or as they are."""
    if _BY_DATE.search(utterance):
        return sorted(records, key=_date, reverse=True)
    if _BY_TITLE.search(utterance):
        return sorted(records, key=lambda record: record.title.casefold())
    return sorted(records, key=_characters, reverse=True) if _BY_LENGTH.search(utterance) else list(records)


def _formats(records: Sequence[DocumentRecord]) -> str:
    counts = Counter(PurePath(record.path).suffix.lower().lstrip(".") or "without an ending" for record in records)
    each = _listed([f"{number} {name}" for name, number in counts.most_common()])
    return f"{_counted(len(records), 'document')}: {each}."


def _period(records: Sequence[DocumentRecord]) -> str:
    dated = _dated(records)
    if not dated:
        return "No document has a date."
    undated = len(records) - len(dated)
    rest = f"; {undated} {'has' if undated == 1 else 'have'} no date" if undated else ""
    return f"Their dates go from {dated[0].date} to {dated[-1].date}{rest}."


def _amount(records: Sequence[DocumentRecord]) -> str:
    pages, characters = sum(record.page_count for record in records), sum(record.characters for record in records)
    paged = sum(record.page_count > 0 for record in records)
    of_pages = f"{_counted(pages, 'page')} in the {_counted(paged, 'document')} that have pages, and " if pages else ""
    return f"{of_pages}{characters:,} characters in {_counted(len(records), 'document')}."


def _named(utterance: str, records: Sequence[DocumentRecord]) -> tuple[DocumentRecord, ...]:
    """The documents that the utterance names, if it names any."""
    asked = None if _UNDATED.search(utterance) else _HAVE.search(utterance)
    if asked is None or _GENERAL.match(asked[1]) or any(re.fullmatch(kind, asked[1], re.I) for _, kind, _ in _TYPES):
        return ()
    return tuple(documents_named(asked[1], records))


def _narrow_listing(of: str, chosen: Sequence[DocumentRecord], records: Sequence[DocumentRecord]) -> str:
    """How many documents of a type or a time there are."""
    total = _counted(len(records), "document")
    return f"{len(chosen) or 'None'} of the {total} {'is' if len(chosen) < 2 else 'are'} {of}."


def _listing(records: Sequence[DocumentRecord], failures: Sequence[Failure], *, listed: bool) -> str:
    total = f"There {'is' if len(records) == 1 else 'are'} {_counted(len(records), 'document')}"
    more = f"; the first {SHOWN} are listed" if listed and len(records) > SHOWN else ""
    unread = f" {_counted(len(failures), 'file')} could not be read." if failures else ""
    return f"{total}{more}.{unread}"


def _dated(records: Sequence[DocumentRecord]) -> list[DocumentRecord]:
    return sorted((record for record in records if record.date), key=_date)


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts)


def _characters(record: DocumentRecord) -> int:
    return record.characters


def _date(record: DocumentRecord) -> str:
    return record.date or ""


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
