"""Words and sentence bounds: an answer is shown in its sentence and stays within one."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pysbd import Segmenter

FUNCTION_WORDS = frozenset(
    "a an and are as at be by can could did do does for from had has have how in is it its many may might much must of "
    "on or should that the their there this to was were what when where which who whom whose why will with "
    "would".split()
)
# Frequent words of German, French and Spanish that English does not have.
FOREIGN_FUNCTION_WORDS = frozenset(
    "der das dem den des ein eine einen einem einer eines und ist sind wird werden wurde wurden hat haben hatte kann "
    "können darf dürfen muss müssen soll sollen welche welcher welches welchem welchen wer wie wo wann warum wieso wem "
    "wen wessen wieviel wofür womit worum bei mit nach von vom zum zur über unter auf aus für nicht auch sich im "
    "le les des du une est sont qui que quoi quel quelle quels quelles où quand comment pourquoi combien dans avec sur "
    "pour par aux ce cette ces il elle ils elles leur leurs peut doit "
    "el los las un una del es son quién quien qué cuál cuáles cuándo cuánto cuánta cuántos cuántas dónde cómo por para "
    "con sin su sus puede debe están está".split()
)
# The end of a block that needs no full stop: before a blank line, after a line of under 40 characters whose next line
# begins with a capital or a digit (a heading, a verse), and before a list item or a table row.
_BLOCK = re.compile(
    r"\n(?=[ \t]*\n)"
    r"|(?<![^\n]{40})\n(?=[ \t]*[\"'“‘(]?[A-Z0-9])"
    r"|\n(?=[ \t]*(?:[-*•‣–|#>]|\(?\w{1,3}[.)])[ \t])"
)
_LONGEST = 3000  # code points of the longest block for pysbd, some of whose rules take quadratic time


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of every sentence, in order and disjoint, without surrounding white space."""
    bounds = [0, *(found.start() + 1 for found in _BLOCK.finditer(text)), len(text)]
    found: list[tuple[int, int]] = []
    for start, end in pairwise(bounds):
        found.extend(_trim(text, a, b) for a, b in _segment(text, start, end))
    return tuple((start, end) for start, end in found if start < end)


def enclosing_sentences(text: str, start: int, end: int) -> tuple[int, int]:
    """The range of the sentence or sentences around ``text[start:end]``; (start, end) if it is in none."""
    found = sentences(text)
    first = max(bisect_right(found, (start, len(text))) - 1, 0)
    touched = [(a, b) for a, b in found[first:] if a < max(end, start + 1) and b > start]
    if not touched:
        return start, end
    return min(touched[0][0], start), max(touched[-1][1], end)


def sentence_numbers(text: str, offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each offset (n,) the number, from 1, of the sentence that holds or precedes it, or 0: int64 (n,)."""
    starts = np.array([start for start, _ in sentences(text)], dtype=np.int64)
    return np.searchsorted(starts, offsets, side="right").astype(np.int64)


def interrogatives(text: str) -> npt.NDArray[np.bool_]:
    """For each number of ``sentence_numbers``, whether that sentence is a question, or only the number of a question.

    A question cannot contain its answer, but it resembles the question that is asked: a list of questions and answers
    has the asked question word for word.
    """
    found = sentences(text)
    asks = [text[end - 1] == "?" for _, end in found]
    for k, ((start, end), (following, _)) in enumerate(pairwise(found)):
        only_number = not any(map(str.isalpha, text[start:end])) and "\n" not in text[end:following]
        asks[k] |= asks[k + 1] and only_number
    return np.array([False, *asks])


def _segment(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentence bounds of one block by pysbd, with line breaks as spaces; by punctuation if pysbd cannot be used."""
    block = text[start:end].replace("\n", " ")
    if len(block) > _LONGEST or not block.strip():
        return [(start + a, start + b) for a, b in _by_punctuation(block)]
    bounds, position = [], 0
    for sentence in Segmenter(language="en", clean=False).segment(block):
        at = block.find(sentence.strip(), position)
        if at < 0:  # pysbd rewrote the text, so its sentences are no slices
            return [(start + a, start + b) for a, b in _by_punctuation(block)]
        bounds.append((start + at, start + at + len(sentence.strip())))
        position = at + len(sentence.strip())
    return bounds


def _by_punctuation(block: str) -> list[tuple[int, int]]:
    """Sentence bounds by closing punctuation alone."""
    cuts = [0, *(found.end() for found in re.finditer(r"[.!?…]+[\"'”’)\]]*\s+(?=\S)", block)), len(block)]
    return list(pairwise(cuts))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
