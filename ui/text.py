"""Making untrusted text safe to show, and shortening and counting, for the page and the terminal. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing it at run time would load what most commands do not need
    from index import DocumentRecord

ELLIPSIS = "…"
REPLACEMENT = "\ufffd"
# Unicode has a picture of each C0 control (from U+2400), but none of C1 controls and of direction controls, which would
# reorder the text around them.
CONTROL_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"} | {0x7F: "\u2421"}
DIRECTION_CONTROLS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
VISIBLE = CONTROL_PICTURES | dict.fromkeys((*range(0x80, 0xA0), *DIRECTION_CONTROLS), REPLACEMENT)
STATED = ("text", "front matter")  # sources of a date that a document's own words state
WHITE_SPACE = re.compile(r"\s+")
DATE_SOURCES = {  # in words
    "text": "from its text", "front matter": "from its front matter", "metadata": "from its metadata",
    "file": "from the file's name",
}  # fmt: skip
LONGEST_WORD = 40  # characters; a longer word is cut


def visible(text: str) -> str:
    """``text`` of the same length with a visible character for each control and direction control.

    Line feeds and tabs are kept.
    """
    return text.translate(VISIBLE)


def one_line(text: str, limit: int = 120) -> str:
    """``text`` with each run of white space as one space, cut at ``limit`` characters."""
    folded = WHITE_SPACE.sub(" ", text[: 4 * limit]).strip()
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + ELLIPSIS


def flat(text: str) -> str:
    """``text`` with each run of white space as one space: a document's line breaks are not those of its sentences."""
    return WHITE_SPACE.sub(" ", text).strip()


def excerpt(text: str, start: int, end: int, room: int = 400) -> tuple[str, str, str]:
    """The text before, inside and after ``text[start:end]``.

    The text on each side has at most ``room`` characters and is cut between words; ``text[start:end]`` is never cut.
    """
    before, after = text[:start].lstrip(), text[end:].rstrip()
    if len(before) > room:
        before = ELLIPSIS + _without_first_word(before[-room:])
    if len(after) > room:
        after = _without_last_word(after[:room]) + ELLIPSIS
    return before, text[start:end], after


def chance(probability: float) -> str:
    """A probability in percent, rounded down, so that the number never says more than its word: 0.799 is "79%"."""
    return f"{floor(100 * probability + 1e-9)}%"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 passage", "7,400 passages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def distinct_titles(documents: Sequence[DocumentRecord]) -> list[str]:
    """The titles of documents, with the path where several have one title."""
    times = Counter(document.title for document in documents)
    return [one.title if times[one.title] == 1 else f"{one.title} ({one.path})" for one in documents]


def sourced_date(date: str | None, date_source: str | None) -> str | None:
    """A document's date with where it is from: "2024-05-06 (from its text)"."""
    words = DATE_SOURCES.get(date_source or "")
    return f"{date} ({words})" if date and words else date


def dating(source: str | None) -> str:
    """What a date is, by the ``date_source`` of its document: "dated in the text" or "file date"."""
    if source is None:
        return "dated"
    return "dated in the text" if source in STATED else "file date"


def _without_first_word(text: str) -> str:
    head, space, tail = text.partition(" ")
    return tail if space and len(head) < LONGEST_WORD else text


def _without_last_word(text: str) -> str:
    head, space, tail = text.rpartition(" ")
    return head if space and len(tail) < LONGEST_WORD else text
