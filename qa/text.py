"""Sentence bounds, for showing an answer in its sentence and for keeping an answer inside one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pysbd import Segmenter

# What ends a block even without a full stop: a blank line, a short line before one that begins anew (a heading, a
# verse), and the line before a list item or a table row.
_BLOCK = re.compile(
    r"\n(?=[ \t]*\n)"
    r"|(?<![^\n]{40})\n(?=[ \t]*[\"'“‘(]?[A-Z0-9])"
    r"|\n(?=[ \t]*(?:[-*•‣–|#>]|\(?\w{1,3}[.)])[ \t])"
)
_LONGEST = 3000  # code points given to the segmenter at once: it is quadratic in places


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of every sentence, in order, without surrounding white space; they do not overlap."""
    bounds = [0, *(found.start() + 1 for found in _BLOCK.finditer(text)), len(text)]
    found: list[tuple[int, int]] = []
    for start, end in pairwise(bounds):
        found.extend(_trim(text, a, b) for a, b in _segment(text, start, end))
    return tuple((start, end) for start, end in found if start < end)


def around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence, or the run of sentences, that holds ``text[start:end]``; the place itself when none does."""
    found = sentences(text)
    first = max(bisect_right(found, (start, len(text))) - 1, 0)
    held = [(a, b) for a, b in found[first:] if a < max(end, start + 1) and b > start]
    if not held:
        return start, end
    return min(held[0][0], start), max(held[-1][1], end)


def sentence_numbers(text: str, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each place of the text, code points, the number of the sentence it stands in or after."""
    starts = np.array([start for start, _ in sentences(text)], dtype=np.int64)
    return np.searchsorted(starts, places, side="right").astype(np.int64)


def asking(text: str) -> npt.NDArray[np.bool_]:
    """For each number of ``sentence_numbers``, whether that sentence asks something, or only numbers one that does.

    A question states nothing, so what stands in one answers nothing: a list of questions and answers repeats whatever
    is asked of it.
    """
    found = sentences(text)
    asks = [text[end - 1] == "?" for _, end in found]
    for k, ((start, end), (following, _)) in enumerate(pairwise(found)):
        only_number = not any(map(str.isalpha, text[start:end])) and "\n" not in text[end:following]
        asks[k] |= asks[k + 1] and only_number
    return np.array([False, *asks])


def prefix_stems(words: Iterable[str], letters: int) -> set[str]:
    """The lower-case prefixes of words: stemming by truncation."""
    return {word.lower()[:letters] for word in words}


def _segment(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentence bounds of one block; a line break inside it is a space. Falls back to the block where it must."""
    block = text[start:end].replace("\n", " ")
    if len(block) > _LONGEST or not block.strip():
        return [(start + a, start + b) for a, b in _plain(block)]
    bounds, position = [], 0
    for sentence in Segmenter(language="en", clean=False).segment(block):
        at = block.find(sentence.strip(), position)
        if at < 0:  # the segmenter rewrote the text: its pieces are not slices of it
            return [(start + a, start + b) for a, b in _plain(block)]
        bounds.append((start + at, start + at + len(sentence.strip())))
        position = at + len(sentence.strip())
    return bounds


def _plain(block: str) -> list[tuple[int, int]]:
    """Bounds by closing punctuation alone."""
    cuts = [0, *(found.end() for found in re.finditer(r"[.!?…]+[\"'”’)\]]*\s+(?=\S)", block)), len(block)]
    return list(pairwise(cuts))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
