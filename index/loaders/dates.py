"""Parsing of dates, as people write them, into ISO 8601."""

from __future__ import annotations

import datetime
import re

_NAMES = "january february march april may june july august september october november december"
_MONTHS = {name[:3]: number for number, name in enumerate(_NAMES.split(), start=1)}
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?=$|[T\s,;.])")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?\s+([A-Za-z]+)\.?,?\s+(\d{4})\b")
_MONTH_FIRST = re.compile(r"([A-Za-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_WEEKDAY = re.compile(r"(?i)^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+")
_PDF = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")


def parse_date(words: str) -> str | None:
    """The valid date at the start of ``words`` as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None without one."""
    words = _WEEKDAY.sub("", words.strip().strip("'\""))
    if match := _PDF.match(words) or _ISO.match(words):
        return _checked(match[1], match[2], match[3])
    if match := _DAY_FIRST.match(words):
        return _checked(match[3], _month(match[2]), match[1])
    if match := _MONTH_FIRST.match(words):
        return _checked(match[3], _month(match[1]), match[2])
    return None


def _month(name: str) -> str:
    whole = next((known for known in _NAMES.split() if known.startswith(name.lower())), "")
    return str(_MONTHS.get(whole[:3], 0) if len(name) > 2 or name == whole else 0)


def _checked(year: str, month: str | None, day: str | None) -> str | None:
    try:
        datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join([year, *(f"{int(part):02d}" for part in (month, day) if part)])
