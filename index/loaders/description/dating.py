"""The date of a document, and where it is from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from index.loaders.base import Parsed
from index.loaders.description.dates import date_alone, declared_date

_SAMPLE = 2_000  # characters
_LINES, _FIRST_LINES = 10, 4  # that may have a date after a label; that may be a date by themselves
_LONGEST = 80  # characters of a line that is not prose
_PARTS = re.compile(r"\s*[|·•]\s*|\s+[–—]\s+")
_CHANGED = re.compile(
    r"(?:(?:last|date|page|document)\s+)*(?:updated?|modified|modification|revised|revision|edited|changed|amended|reviewed"
    r"|stand|(?:zuletzt\s+)?(?:geändert|aktualisiert|überarbeitet)|(?:dernière\s+)?mise?\s+à\s+jour|modifiée?"
    r"|(?:última\s+)?(?:actualización|modificación)|actualizad[oa])"
    r"(?:\s+date)?\s*(?:(?::|on|at|am|vom|le|el)\s*)*",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"(?:(?:first|date|originally)\s+)*"
    r"(?:(?:published|publication|posted|issued|released?|created|written|dated|sent|effective)(?:\s+date)?|date|as\s+of"
    r"|datum|veröffentlicht|erstellt|publiée?|publicad[oa]|fecha)"
    r"\s*(?:(?::|by\s[^,:]{1,40}?\son|on|at|in|from|as\s+of|am|vom|le|el)\s*)*",
    re.IGNORECASE,
)
_IN_NAME = re.compile(r"(?<![^\W_])((?:19|20)\d\d)([-_.]?)(\d\d)(?:\2(\d\d))?(?![^\W_])")


def date_of(parsed: Parsed, path: str) -> tuple[str | None, str | None]:
    """The date of a document and its ``date_source``: of its head, its first lines, its metadata or its file's name."""
    stated = parsed.date if parsed.date_source in ("text", "front matter") else None
    is_line = bool(parsed.body_start)  # which the line of a later change may follow
    if stated and not is_line:
        return stated, parsed.date_source
    if date := date_in_lines(parsed, stated):
        return date, "text"
    if parsed.date:
        return parsed.date, parsed.date_source or "metadata"
    named = date_in_name(path)
    return named, "file" if named else None


def date_in_lines(parsed: Parsed, above: str | None = None) -> str | None:
    """The date that the first lines state: of the last change, else the one ``above`` them, else the first of them."""
    made = [above] if above else []
    for number, line in enumerate(_first_lines(parsed)):
        for part in (part.strip("()[]") for part in _PARTS.split(line)):
            if (label := _CHANGED.match(part)) and (date := date_alone(part[label.end() :])):
                return date
            label = _MADE.match(part)
            date = date_alone(part[label.end() :] if label else part)
            if date and (label or (number < _FIRST_LINES and len(date) > len("2024"))):
                made.append(date)
    return made[0] if made else None


def is_date_line(line: str) -> bool:
    """Whether a line says nothing but when the document was written or changed."""
    label = _CHANGED.match(line) or _MADE.match(line)
    return date_alone(line[label.end() :] if label else line) is not None


def date_in_name(path: str) -> str | None:
    """The date in a file's name, as ``minutes-2024-05-06.txt``, ``20240506 minutes.txt`` or ``2024-05.csv``."""
    for match in _IN_NAME.finditer(PurePosixPath(path).stem):
        year, separator, month, day = match.groups()
        if (day or separator) and (date := declared_date("-".join(filter(None, (year, month, day))))):
            return date
    return None


def _first_lines(parsed: Parsed) -> Iterator[str]:
    """The first lines of the body with text, without those of tables and those of prose."""
    tables = [(table.start, table.end) for table in parsed.tables[:3]]
    position, found = parsed.body_start, 0
    for line in parsed.text[parsed.body_start : parsed.body_start + _SAMPLE].split("\n"):
        if line.strip() and not any(start <= position < end for start, end in tables):
            if len(line) <= _LONGEST:
                yield line.strip()
            found += 1
            if found == _LINES:
                return
        position += len(line) + 1
