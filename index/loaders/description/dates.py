"""Parsing of dates, as people write them, into ISO 8601."""

from __future__ import annotations

import datetime
import re

_NAMES = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)
_MONTHS = [(name, number) for names in _NAMES for number, name in enumerate(names.split(), start=1)]
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?=$|[T\s,;.)])")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er)?\.?(?:-|\s+(?:(?:of|de)\s+)?)([^\W\d_]+)(?:-|\.?,?\s+(?:del?\s+)?)(\d{4})\b"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_MONTH = re.compile(r"([^\W\d_]+)\.?,?\s+(\d{4})\b")
_POINTS = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\b")
_WEEKDAY = re.compile(r"(?i)^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+")
_REST = re.compile(r"[\s.,;)]*(?:$|by\b|at\b|\(|T?\d{1,2}:\d\d)")
_PDF = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")
# What templates, libraries and clocks that were never set say; the day of such a moment may be another one elsewhere.
_NEVER = (
    "2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z", "2006-09-16T00:00:00Z", "2006-08-16T00:00:00Z",
    "0001-01-01", "1601-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1904-01-01", "1970-01-01", "1980-01-01",
)  # fmt: skip
_Order = tuple[int, int, int]  # the groups of year, month and day; 0 for one that is missing
_PATTERNS: tuple[tuple[re.Pattern[str], _Order], ...] = (
    (_PDF, (1, 2, 3)), (_ISO, (1, 2, 3)), (_POINTS, (3, 2, 1)), (_DAY_FIRST, (3, 2, 1)), (_MONTH_FIRST, (3, 1, 2)),
    (_MONTH, (2, 1, 0)),
)  # fmt: skip


def parse_date(words: str) -> str | None:
    """The valid date at the start of ``words`` as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None without one.

    Points stand between day, month and year; slashes are read only if one of the numbers can be no month.
    """
    found = date_at(words)
    return found[0] if found else None


def date_at(words: str) -> tuple[str, str] | None:
    """The date at the start of ``words``, as ``parse_date`` gives it, and the rest of them; None without one."""
    words = _WEEKDAY.sub("", words.strip().strip("'\""))
    for pattern, order in _PATTERNS:
        if match := pattern.match(words):
            year, month, day = (match[number] if number else None for number in order)
            date = _checked(year or "", month if month is None or month.isdigit() else _month(month), day)
            return (date, words[match.end() :]) if date else None
    return _slashed(words)


def date_alone(words: str) -> str | None:
    """The date that ``words`` are; a person or a time may follow one with a month."""
    found = date_at(words)
    if found is None:
        return None
    date, rest = found
    return date if (not rest.strip(" \t.,;)") or (len(date) > len("2024") and _REST.match(rest))) else None


def declared_date(*words: str) -> str | None:
    """The first valid date that somebody may have meant: no template's, no library's, none today or later."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    dates = (parse_date(word) for word in words if not word.strip().startswith(_NEVER))
    return next((date for date in dates if date and date not in _NEVER and date < today), None)


def _month(name: str) -> str:
    """The number of a month by its English, German, French or Spanish name, or that's first letters; "0" for others."""
    word = name.lower()
    numbers = {number for known, number in _MONTHS if word == known or (len(word) > 2 and known.startswith(word))}
    return str(*numbers) if len(numbers) == 1 else "0"


def _slashed(words: str) -> tuple[str, str] | None:
    match = _SLASHES.match(words)
    if not match or (int(match[1]) <= 12 and int(match[2]) <= 12 and match[1] != match[2]):
        return None
    month, day = (match[2], match[1]) if int(match[1]) > 12 else (match[1], match[2])
    date = _checked(match[3], month, day)
    return (date, words[match.end() :]) if date else None


def _checked(year: str, month: str | None, day: str | None) -> str | None:
    try:
        datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join([year, *(f"{int(part):02d}" for part in (month, day) if part)])
