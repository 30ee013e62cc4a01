"""Superscripts and subscripts on a PDF page, recognised by size and baseline beside the text that they belong to.

Boxes and the baselines of lines tell which runs of text may be scripts; only these few are asked for their own size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from index.loaders.pdf.layout import PageLayout, RawLine
from index.loaders.scripts import subscript, superscript

Edit = tuple[int, int, str]  # start, end, replacement

_LONGEST = 12  # characters of a script
_LONGEST_MARK = 3  # digits of a note's mark that is drawn apart from its line
_WIDEST = 8.0  # letter sizes of a script
_NEAR = 0.5  # the largest gap between text and its script, in letter sizes
_USUAL = 0.65  # the usual size of a script, in sizes of its text
_SMALLER = 0.92  # a script's letters are at most this large, in sizes of the text's
_RAISED, _LOWERED = 0.12, -0.05  # the least shift of the baseline, in letter sizes
_HIGHEST, _LOWEST = 1.1, -0.7
_RAISED_ALONE = 0.25  # the least shift of digits that are not smaller
_SAME = 1.05
_ABOVE, _BELOW = 0.05, -0.04  # letter sizes from the line's baseline to the lower end of a run that may be a script
_LOW_TOP = 0.66  # letter sizes from the line's baseline to the upper end of a lowered run, at most
_LOW = 0.65  # letter sizes; the height of a lowered run, at most
_SCRIPT = re.compile(r"(?:[^\W_\u02b0-\u02ff\u0300-\u036f]|[+\-\u2212=()\[\]*.,/\u2020\u2021\u00a7\u2122])+")


@dataclass(frozen=True, slots=True)
class _Level:
    """The baseline and the letter size of some text."""

    y: float
    size: float


@dataclass(slots=True)
class _Script:
    start: int
    end: int
    raised: bool


def script_edits(page: PageLayout) -> list[Edit]:
    """The parts of a page's text that are superscripts or subscripts, and how they are written; in order.

    A mark of a note that is drawn after the rest of its line is taken out there and written where it stands.
    """
    scripts = _Scripts(page)
    scripts.find_at_starts()
    scripts.find_within()
    joined: list[_Script] = []
    for _, script in sorted(scripts.found.items()):
        if joined and joined[-1].end == script.start and joined[-1].raised == script.raised:
            joined[-1].end = script.end
        else:
            joined.append(script)
    return sorted([*(_written(page.raw, script) for script in joined), *scripts.displaced()])


class _Scripts:
    """The scripts of a page by their starts, and the levels of the text that they belong to."""

    def __init__(self, page: PageLayout) -> None:
        self._page = page
        self._levels = [_Level(line.y, line.size) for line in page.lines]  # of each line's text that is no script
        self._bases: dict[int, _Level] = {}  # by the end of a script
        self.found: dict[int, _Script] = {}

    def find_at_starts(self) -> None:
        """Find the scripts that pdfium takes for the start of a line, of which it says baseline and size."""
        lines = self._page.lines
        for number, line in enumerate(lines):
            if not line.boxes or line.size <= 0:
                continue
            left, _, right, _ = self._page.boxes[line.boxes.start].tolist()
            own, beside = self._levels[number], []
            if number and abs(left - lines[number - 1].right) < _NEAR * own.size:
                beside.append(self._levels[number - 1])
            if len(line.boxes) > 1:
                beside += self._level_after(line, right)
            elif number + 1 < len(lines) and abs(lines[number + 1].x - right) < _NEAR * own.size:
                beside.append(self._levels[number + 1])
            for base in beside:
                if self._add(line, line.boxes.start, own, base):
                    self._levels[number] = base
                    break

    def _level_after(self, line: RawLine, right: float) -> list[_Level]:
        """The level of the second run of a line, if it is near the first and not on its baseline."""
        left, bottom, _, _ = self._page.boxes[line.boxes.start + 1].tolist()
        if abs(left - right) > _NEAR / _USUAL * line.size or -_RAISED < (bottom - line.y) / line.size < -_BELOW:
            return []
        position, _ = self._page.run(line, line.boxes.start + 1)
        return [self._level(position)]

    def find_within(self) -> None:
        """Find the scripts that stand after other text of their line."""
        page, owners = self._page, self._page.owners()
        if len(owners) < 2:
            return
        y, size = np.array([(level.y, level.size) for level in self._levels])[owners].T
        left, bottom, right, top = page.boxes.T
        first = np.diff(owners, prepend=-1) > 0
        before = np.where(first, np.inf, np.abs(left - np.roll(right, 1)))
        after = np.append(before[1:], np.inf)
        raised = bottom >= y + _ABOVE * size
        lowered = (bottom <= y + _BELOW * size) & (top <= y + _LOW_TOP * size) & (top - bottom <= _LOW * size)
        near = ~first & (np.minimum(before, after) < _NEAR * size) & (right - left < _WIDEST * size)
        waiting = np.flatnonzero(near & (raised | lowered))[::-1].tolist()
        beside = ~first & (before < _NEAR * size)
        while waiting:
            box = waiting.pop()
            number = owners[box]
            found = self._find_in(page.lines[number], self._levels[number], box, after=not beside[box])
            if found and box + 1 < len(beside) and beside[box + 1] and waiting[-1:] != [box + 1]:
                waiting.append(box + 1)  # a sign in a script, whose box tells nothing

    def displaced(self) -> Iterator[Edit]:
        """Raised numbers at the end of a line's text that stand further left, behind a letter of the line."""
        for level, line in zip(self._levels, self._page.lines, strict=True):
            first = self._displaced_box(line, level.size) if len(line.boxes) > 1 and level.size > 0 else None
            if first is None:
                continue
            page, raw = self._page, self._page.raw
            start, _ = page.run(line, first)
            if any(start <= known < line.end for known in self.found):
                continue
            words, own = raw[start : line.end].strip(), self._level(start)
            is_mark = words.isdecimal() and len(words) <= _LONGEST_MARK and own.size <= _SMALLER * level.size
            if is_mark and _RAISED <= (own.y - level.y) / level.size <= _HIGHEST:
                place = page.letter_before(line.start, start, float(page.boxes[first][0]), _NEAR * level.size)
                if place is not None:
                    yield place, place, superscript(words)
                    yield line.start + len(raw[line.start : start].rstrip()), line.end, ""

    def _displaced_box(self, line: RawLine, size: float) -> int | None:
        """The first of the runs at the end of a line that stand left of the end of the others; None without any."""
        left, _, right, _ = self._page.boxes[line.boxes.start : line.boxes.stop].T
        jumps = np.flatnonzero(left[1:] < np.maximum.accumulate(right)[:-1] - size) + 1
        together = len(left) - len(jumps)
        if not len(jumps) or jumps[0] != together:
            return None
        is_apart = np.abs(left[together + 1 :] - right[together:-1]) > _NEAR * size
        return None if is_apart.any() else line.boxes.start + int(together)

    def _find_in(self, line: RawLine, level: _Level, box: int, *, after: bool) -> bool:
        """Add what stands in a box if it is a script, of the text ``after`` it or before it; says whether it is."""
        start, end = self._page.run(line, box)
        own = self._level(start)
        if own.size > _SMALLER * level.size and not self._page.raw[start:end].strip().isdecimal():
            return False
        base = self._bases.get(start)
        if base is None:
            positions = range(end, line.end) if after else range(start - 1, line.start - 1, -1)
            position = next((p for p in positions[:4] if not self._page.raw[p].isspace()), None)
            base = self._level(position) if position is not None else level
        return self._add(line, box, own, base)

    def _add(self, line: RawLine, box: int, own: _Level, base: _Level) -> bool:
        """Add what stands in a box of a line if it is a script of text with this ``base``; says whether it is."""
        if base.size <= 0:
            return False
        shift, ratio = (own.y - base.y) / base.size, own.size / base.size
        raised = _RAISED <= shift <= _HIGHEST
        if not raised and not (_LOWEST <= shift <= _LOWERED and ratio <= _SMALLER):
            return False
        start, end = self._page.run(line, box)
        words = self._page.raw[start:end].rstrip()
        end = start + len(words)
        if raised and ratio > _SMALLER and not (shift >= _RAISED_ALONE and ratio < _SAME and words.isdecimal()):
            return False
        if len(words) > _LONGEST or not _SCRIPT.fullmatch(words) or _is_logo(self._page.raw, start, end):
            return False
        self.found[start] = _Script(start, end, raised)
        self._bases[end] = base
        return True

    def _level(self, position: int) -> _Level:
        return _Level(self._page.baseline(position), self._page.size(position))


def _written(raw: str, script: _Script) -> Edit:
    write = superscript if script.raised else subscript
    return script.start, script.end, write(raw[script.start : script.end])


def _is_logo(raw: str, start: int, end: int) -> bool:
    """Whether a single capital is between capitals, as in LaTeX's name."""
    around = raw[max(0, start - 1) : end + 1]
    return end - start == 1 and len(around) == 3 and around.isalpha() and around.isupper()
