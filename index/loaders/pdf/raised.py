"""Superscripts and subscripts on a PDF page, recognised by size and baseline beside the text that they belong to."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.loaders.pdf.layout import Box, PageLayout
from index.loaders.scripts import subscript, superscript

Edit = tuple[int, int, str]  # start, end, replacement

_LONGEST = 12  # characters of a script
_NEAR = 0.6  # the largest gap between text and its script, in heights of the text
_SMALLER = 0.92  # a script's letters are at most this large, in sizes of the text's
_RAISED, _LOWERED = 0.12, -0.05  # the least shift of the baseline, in letter sizes
_HIGHEST, _LOWEST = 1.1, -0.7
_RAISED_ALONE = 0.25  # the least shift of digits that are not smaller
_SAME = 1.05
_SCRIPT = re.compile(r"(?:[^\W_\u02b0-\u02ff\u0300-\u036f]|[+\-\u2212=()\[\]*.,/\u2020\u2021\u00a7\u2122])+")


@dataclass(slots=True)
class _Script:
    start: int
    end: int
    raised: bool
    beside: int  # the position of a letter of the text that it belongs to


def script_edits(page: PageLayout) -> list[Edit]:
    """The parts of a page's text that are superscripts or subscripts, and how they are written; in order."""
    found: dict[int, _Script] = {}
    ends: dict[int, int] = {}  # end of a script: a letter that it belongs to
    for box, base in _candidates(page.boxes):
        script = _script(page, box, ends, after=base.left >= box.left)
        if script is not None:
            found[script.start] = script
            ends[script.end] = script.beside
    joined: list[_Script] = []
    for _, script in sorted(found.items()):
        if joined and joined[-1].end == script.start and joined[-1].raised == script.raised:
            joined[-1].end = script.end
        else:
            joined.append(script)
    return [_written(page.raw, script) for script in joined]


def _written(raw: str, script: _Script) -> Edit:
    write = superscript if script.raised else subscript
    return script.start, script.end, write(raw[script.start : script.end])


def _candidates(boxes: list[Box]) -> Iterator[tuple[Box, Box]]:
    """(script, text) for the runs that are placed as a script would be beside their neighbour."""
    script: Box | None = None
    for first, second in itertools.pairwise(boxes):
        height = first.top - first.bottom
        previous, script = script, None
        if not -_NEAR * height < second.left - first.right < _NEAR * height:
            continue
        rise, sink = second.bottom - first.bottom, first.top - second.top
        if (rise > 0.25 * height and sink < 0.05 * height) or (sink > 0.2 * height and rise < 0.1 * height):
            script = second
            yield second, first
            if sink > 0:
                yield first, second
        elif previous is not None and second.top - second.bottom < 1.3 * height:
            script = second
            yield second, first


def _script(page: PageLayout, box: Box, known: dict[int, int], *, after: bool) -> _Script | None:
    """The script in a box; None if it is text. ``after`` if the text that it may belong to comes after it."""
    position = page.position_at(box.left + min((box.right - box.left) / 2, 2.0), (box.bottom + box.top) / 2)
    if position < 0:
        return None
    start, end = page.run(position, _LONGEST + 1)
    words = page.raw[start:end].strip()
    if len(words) > _LONGEST or not _SCRIPT.fullmatch(words) or _is_logo(page.raw, start, end):
        return None
    beside = _beside(page, start, end, known, after=after)
    size = page.size(beside) if beside is not None else 0.0
    if beside is None or not size:
        return None
    ratio = page.size(position) / size
    shift = (page.origin(position)[1] - page.origin(beside)[1]) / size
    alone = shift >= _RAISED_ALONE and ratio < _SAME and words.isdecimal()
    if _RAISED <= shift <= _HIGHEST and (ratio <= _SMALLER or alone):
        return _Script(start, end, True, beside)
    return _Script(start, end, False, beside) if _LOWEST <= shift <= _LOWERED and ratio <= _SMALLER else None


def _beside(page: PageLayout, start: int, end: int, known: dict[int, int], *, after: bool) -> int | None:
    """The position of the nearest letter before a range that is no script, or of the nearest after it."""
    if not after and start in known:
        return known[start]
    steps = range(end, min(len(page.raw), end + 4)) if after else range(start - 1, max(-1, start - 5), -1)
    return next((position for position in steps if not page.raw[position].isspace()), None)


def _is_logo(raw: str, start: int, end: int) -> bool:
    """Whether a single capital is between capitals, as in LaTeX's name."""
    around = raw[max(0, start - 1) : end + 1]
    return end - start == 1 and len(around) == 3 and around.isalpha() and around.isupper()
