"""Footnotes on PDF pages: told from the text above them, and moved where they would interrupt a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeGuard

from index.loaders.pdf.page_text import TextLine
from index.loaders.text_builder import Grid

_SMALLER = 0.95  # of the size of most letters; those of a note are smaller
_ALIKE = 0.1  # of a line's size, by which that of the sentence's other lines differs at most
_FARTHEST = 15  # lines before a note in which the sentence begins that it interrupts
_SHORT = 40  # characters of a line that would look like a heading above the next one
_RAISED = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079"
_MARK = re.compile(rf"([{_RAISED}]{{1,3}}|\d{{1,3}}|[*†‡§]{{1,3}})[.)]?(?=\s*\S)")
_CALL = re.compile(rf"[{_RAISED}]+|\^\([\d, ]+\)")
_SYMBOL = re.compile(r"(?<=[^\s*†‡§])\s?([*†‡§]{1,3})(?![*†‡§\w])")
_DIGITS = re.compile(r"\d+")
_ENDED = re.compile(rf"[.!?…][\"'”’»)\]]*[{_RAISED}]*$")
# The end of a sentence before another one or at the end of a line: first where it is none of an abbreviation, which is
# short, then after any word of three letters or digits.
_BOUNDARIES = tuple(
    re.compile(
        rf"(?:\w{{{letters}}}[.]|[)\]”’»][.]|[!?…])[\"'”’»)\]]*(?:[ ]?[{_RAISED}*†‡]+)?"
        rf"(?:\s+(?=[\"'“‘«(]?[^\W\d_a-zß-ÿ{_RAISED}])|$)"
    )
    for letters in (5, 3)
)

Item = TextLine | Grid
GoesOn = Callable[[Sequence[Item], Sequence[Item]], bool]
Run = tuple[int, int]  # start and end of the lines of notes among the items of a page


def with_notes_apart(pages: Sequence[Sequence[Item]], goes_on: GoesOn) -> list[list[Item]]:
    """The items of pages, with ``is_note`` set on the lines of footnotes.

    Notes between the lines of a sentence, at the foot of a page or of a column, stand before that sentence, so that the
    sentence is whole and they stay on their page. ``goes_on`` says whether a sentence does from some items to others.
    """
    usual = _usual_size(pages)
    runs = _all_runs(pages, usual)
    apart = []
    for number, found in enumerate(runs):
        page = list(pages[number])
        following = pages[number + 1] if number + 1 < len(pages) else ()
        for start, end in reversed(found):
            before, rest = page[:start], page[end:]
            notes = [replace(line, is_note=True) for line in page[start:end] if isinstance(line, TextLine)]
            interrupted: list[Item] = []
            if goes_on(before, rest or following):
                before, interrupted = _divided(before)
            page = [*before, *notes, *interrupted, *rest]
        apart.append(page)
    return apart


def _usual_size(pages: Sequence[Sequence[Item]]) -> float:
    """The size of most letters; 0 when there are none."""
    letters: Counter[float] = Counter()
    for line in (item for items in pages for item in items if isinstance(item, TextLine)):
        letters[line.size] += len(line.words)
    return letters.most_common(1)[0][0] if letters else 0.0


def _all_runs(pages: Sequence[Sequence[Item]], usual: float) -> list[list[Run]]:
    """The notes of each page, in order; also those that go on from the page before."""
    runs: list[list[Run]] = []
    unfinished = False
    for items in pages:
        found = _marked_runs(items, usual)
        if unfinished:
            first = next((k + 1 for k in range(len(items) - 1, -1, -1) if not _is_small(items[k], usual)), 0)
            if 0 < first < len(items) and (not found or first < found[-1][0]):
                found = [*(run for run in found if run[1] <= first), (first, len(items))]
        runs.append(found)
        last = items[-1] if found and found[-1][1] == len(items) else None
        unfinished = isinstance(last, TextLine) and not _ENDED.search(last.words)
    return runs


def _marked_runs(items: Sequence[Item], usual: float) -> list[Run]:
    """The small lines at the foot of a page or column that begin with a mark to which the text above refers."""
    runs: list[Run] = []
    calls: dict[str, int] | None = None
    start = 1
    while start < len(items):
        line = items[start]
        mark = _MARK.match(line.words) if _is_small(line, usual) else None
        if mark is None or not _is_below(items[start - 1], line):
            start += 1
            continue
        calls = _first_calls(items) if calls is None else calls
        if calls.get(unicodedata.normalize("NFKC", mark[1]), start) >= start:
            start += 1
            continue
        end = start + 1
        while end < len(items) and _is_small(items[end], usual) and _is_below(items[end - 1], items[end]):
            end += 1
        if end == len(items) or not _is_below(items[end - 1], items[end]):
            runs.append((start, end))
        start = end
    return runs


def _is_small(item: Item, usual: float) -> TypeGuard[TextLine]:
    return isinstance(item, TextLine) and 0 < item.size <= _SMALLER * usual


def _is_below(above: Item, item: Item) -> bool:
    return not isinstance(above, TextLine) or (isinstance(item, TextLine) and item.y < above.y)


def _first_calls(items: Sequence[Item]) -> dict[str, int]:
    """Where among the items each mark of a note is first referred to; numbers in plain digits."""
    calls: dict[str, int] = {}
    for k, item in enumerate(items):
        if isinstance(item, TextLine):
            numbers = _DIGITS.findall(unicodedata.normalize("NFKC", " ".join(_CALL.findall(item.words))))
            for mark in (*numbers, *_SYMBOL.findall(item.words)):
                calls.setdefault(mark, k)
    return calls


def _divided(items: list[Item]) -> tuple[list[Item], list[Item]]:
    """The items of a page before a note, and those of the sentence that it interrupts; none if it begins elsewhere."""
    found = (_divided_at(items, boundary) for boundary in _BOUNDARIES)
    return next((parts for parts in found if parts is not None), (items, []))


def _divided_at(items: list[Item], boundary: re.Pattern[str]) -> tuple[list[Item], list[Item]] | None:
    """The items before and after the last end of a sentence; None if there is none."""
    size = items[-1].size if isinstance(items[-1], TextLine) else 0.0
    for k in range(len(items) - 1, max(-1, len(items) - 1 - _FARTHEST), -1):
        line = items[k]
        if not isinstance(line, TextLine) or line.is_note or abs(line.size - size) > _ALIKE * line.size:
            return items[: k + 1], items[k + 1 :]
        ends = [match.end() for match in boundary.finditer(line.words)]
        if ends and ends[-1] == len(line.words):
            return items[: k + 1], items[k + 1 :]
        if ends:
            first, second = line.words[: ends[-1]].rstrip(), line.words[ends[-1] :]
            rest = items[k + 1 :]
            if rest and isinstance(rest[0], TextLine) and len(second) < _SHORT and not second.endswith("-"):
                second, rest = f"{second} {rest[0].words}", rest[1:]
            return [*items[:k], replace(line, words=first)], [replace(line, words=second), *rest]
    return None
