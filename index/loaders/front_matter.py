"""The head of a text: a date line or front matter, which is metadata and not prose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from index.loaders.dates import parse_date

_DATE_LINE = re.compile(r"\s{0,8}(?:date|published|updated)\s*:?[ \t]+([^\n]{4,40})", re.IGNORECASE)
_DATE_ALONE = re.compile(r"\s{0,8}(\d{4}-\d{2}-\d{2})[ \t]*(?:\n|$)")
_ISO_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}(?=\s|$)")
_FENCE = re.compile(r"\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_FRONT_MATTER_LIMIT = 20_000
_DATE_KEYS = ("date", "published", "created", "updated", "modified", "lastmod")


@dataclass(frozen=True, slots=True)
class Head:
    """What a text begins with before its prose: ``text[:end]``."""

    end: int = 0
    date: str | None = None
    title: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


def read_head(text: str) -> Head:
    """The front matter or the date line that the text begins with; an empty head when there is none."""
    if match := _FENCE.match(text[:_FRONT_MATTER_LIMIT]):
        metadata = _front_matter(match[1])
        if metadata:
            return Head(_after_blanks(text, match.end()), date_in(metadata), metadata.get("title") or None, metadata)
    return _date_line(text)


def date_in(metadata: dict[str, str]) -> str | None:
    """The first date under a key that means one."""
    dates = (parse_date(metadata.get(key, "")) for key in _DATE_KEYS)
    return next((date for date in dates if date), None)


def _date_line(text: str) -> Head:
    match = _DATE_LINE.match(text) or _DATE_ALONE.match(text)
    date = parse_date(match[1]) if match else None
    if match is None or date is None:
        return Head()
    # Prose may follow an ISO date on the same line; other ways to write a date must have the line to themselves.
    iso = _ISO_FIRST.match(match[1])
    end = match.start(1) + iso.end() if iso else match.end()
    if iso is None and len(match[1].strip()) > 20:
        return Head()
    return Head(_after_blanks(text, end), date)


def _front_matter(block: str) -> dict[str, str]:
    """``key: value`` lines as texts; lists (inline or one item a line) joined by commas, deeper levels ignored."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in block.split("\n"):
        if match := re.match(r"([A-Za-z][\w .-]*?)\s*:(?:\s+(.*))?$", line):
            key = match[1].lower()
            found[key] = [_unquoted(part) for part in _values(match[2] or "")]
        elif key and (item := re.match(r"\s*-\s+(.*)", line)):
            found[key].append(_unquoted(item[1]))
    return {key: ", ".join(value for value in values if value) for key, values in found.items()}


def _values(words: str) -> list[str]:
    words = words.strip()
    return words[1:-1].split(",") if words.startswith("[") and words.endswith("]") else [words]


def _unquoted(words: str) -> str:
    words = words.strip()
    return words[1:-1] if len(words) > 1 and words[0] == words[-1] and words[0] in "'\"" else words


def _after_blanks(text: str, place: int) -> int:
    return len(text) - len(text[place:].lstrip())
