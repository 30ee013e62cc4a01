"""Text of documents as HTML that can only be text: the one place where anything is escaped."""

from __future__ import annotations

import calendar
import html
import re
from datetime import date

ELLIPSIS = "…"
# Controls are shown as their pictures; overrides of the writing direction would reorder what stands around them.
PICTURES = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
OVERRIDES = dict.fromkeys(range(0x202A, 0x202F), 0xFFFD)
VISIBLE = {code: shown for code, shown in (PICTURES | OVERRIDES).items() if code not in (0x09, 0x0A)}
BREAKS = re.compile(r"\s+")


def text(value: str) -> str:
    """``value`` as HTML text or attribute value on one line: no markup, no controls, no overrides, no blank lines."""
    return html.escape(value.translate(VISIBLE), quote=True).replace("\n", "&#10;").replace("\t", "&#9;")


def one_line(value: str, limit: int = 120) -> str:
    """``value`` with its white space folded and cut at ``limit`` characters; not escaped."""
    folded = BREAKS.sub(" ", value[: 4 * limit]).strip()
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + ELLIPSIS


def within(value: str, start: int, end: int, room: int = 400) -> tuple[str, str, str]:
    """What stands before, at and after ``value[start:end]``, at most ``room`` characters each side, cut at a word."""
    before, after = value[:start].lstrip(), value[end:].rstrip()
    if len(before) > room:
        before = ELLIPSIS + _from_word(before[-room:])
    if len(after) > room:
        after = _to_word(after[:room]) + ELLIPSIS
    return before, value[start:end], after


def spoken_date(iso: str) -> str:
    """An ISO date as people write it: "8 April 2025", "April 2025" or "2025"; anything else as it stands."""
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", iso):
        return iso
    try:
        day = date.fromisoformat(iso + "-01" * (2 - iso.count("-")))
    except ValueError:
        return iso
    month = calendar.month_name[day.month]
    return (f"{day.year}", f"{month} {day.year}", f"{day.day} {month} {day.year}")[iso.count("-")]


def _from_word(value: str) -> str:
    head, space, tail = value.partition(" ")
    return tail if space and len(head) < 40 else value


def _to_word(value: str) -> str:
    head, space, tail = value.rpartition(" ")
    return head if space and len(tail) < 40 else value


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 passage", "7,400 passages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
