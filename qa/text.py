"""Sentence bounds: an answer is shown in its sentence and stays within one."""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt

from qa.words import FUNCTION_WORDS

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)  # Python 3.12 and later tell of escapes in the patterns of pysbd
    from pysbd import Segmenter

_SHORT = 40  # code points; after a shorter line a sentence may end without a full stop, as in a heading or a verse
_CAPITAL = re.compile(r"[ \t]*[\"'“‘]?[A-Z0-9]")
_ITEM = re.compile(r"[ \t]*(?:[-*•‣–|#>]|(?:\d{1,3}|[A-Za-z]|[ivxlIVXL]{1,5})[.)])[ \t]")
_BRACKETED = re.compile(r"[ \t]*\((?:\d{1,3}|[A-Za-z]|[ivxl]{1,5})\)[ \t]")  # the number of an item, or a reference
_BEFORE_ITEM = re.compile(r"(?:[.:;,!?]|\b(?:and|or))[ \t]*$")
_LOWER = re.compile(r"[\"'“‘(]?[a-zß-öø-ÿ]")
# Abbreviations before a number, and any short word without vowels there (Rn. 45, pp. 3) that is no unit of one (5 kg.).
_UNFINISHED = re.compile(
    r"\b(?:abb|abs|al|anm|approx|apt|apdo|art|av|avda|bldg|ca|cap|chap|eq|fasc|figs?|fußn|geb|inc|kap|lám|lit|max|min|nos?"
    r"|núms?|págs?|para|sec|sect|tel|vol|zi|ziff|mon|tues?|wed|thu(?:rs)?|fri|sat|sun)\.$"
    r"|\b(?-i:Tab)\.$|(?<![\w.])(?<!\d[ \u00a0])(?:[cflnpstv]|(?!(?-i:[A-Z]{2}))[b-df-hj-np-tv-xz]{2,4})\.$",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\d|(?:[IVX]{2,}|[LC][IVX]+)\b")
# "9 h. 30", and "3 hrs. 20 min"
_HOURS = re.compile(r"\d[ \u00a0]?(?:h|std|hrs?)\.$", re.IGNORECASE)
_MINUTES = re.compile(r"[0-5]\d(?:[ \u00a0]?(?:min|sec|s)\b|(?!\w|[.,]\d))|\d[ \u00a0]?min\b", re.IGNORECASE)
_REFERRING = re.compile(r"\b(?:gem|lt|i\. ?[SV]\. ?[dm])\.$")
_REFERENCE = re.compile(r"§|(?:Abs|Anl|Art|Kap|Nr|Rn|Ziff)\.")
_INITIAL = re.compile(r"(?<![\w.])[A-Za-z]\.$")  # of "z. B." and "J. R. Holm"
_AFTER_INITIAL = re.compile(r"[A-Z]\.\s|[a-zß-öø-ÿ]")
# Words that are short for what always goes on: titles before names, and German, French and Spanish conjunctions.
_ABBREVIATED = re.compile(r"\b(?:Sra?|Srta|Avda?|Hr|Mme|Mlle|[Ee]ds?|[Bb]zw|[Vv]gl|[Gg]gf|[Ee]vtl|inkl|zzgl|geb)\.$")
_HOUR = re.compile(r"\b[ap]\.m\.$")
_DAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_NUMBERED = re.compile(r"\d\.$")
_ORDINAL = re.compile(r"\b\d{1,2}\.$")
# "im 3." of "im 3. Stock"
_GERMAN_ORDINAL = re.compile(r"(?<!\bI )\b(?:am|im|vom|zum|beim|de[mnrs]|das) \d{1,3}\.$", re.IGNORECASE)
_MONTH = re.compile(
    r"(?:Jan|Feb|Mar|Mär|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])[a-z]*\.?\s+\d"
    r"|(?:Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember)\b"
)
_FULL = 0.9  # of the longest line: a line that reaches it with the next word is full
_LONGEST = 3000  # code points of the longest block for pysbd, some of whose rules take quadratic time


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of every sentence, in order and disjoint, without surrounding white space."""
    found: list[tuple[int, int]] = []
    for start, end in pairwise([0, *_block_ends(text), len(text)]):
        found.extend(_whole(text, [_trim(text, a, b) for a, b in _segment(text, start, end)]))
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


def _block_ends(text: str) -> Iterator[int]:
    """Where sentences end at the end of a line without a full stop.

    That is before a blank line, a list item or a table row, and after a short line whose next line begins with a
    capital or a digit (a heading, an address, a verse), unless the lines are those of a narrow column.
    """
    start = 0
    for is_blank, group in groupby(text.split("\n"), lambda line: not line.strip()):
        lines = list(group)
        is_prose = not is_blank and any(_LOWER.match(line.lstrip()) for line in lines[1:])
        width = max(map(len, lines)) if is_prose else 0
        for number, (line, following) in enumerate(pairwise(lines)):
            start += len(line) + 1
            may_be_heading = number == 0 and line.split()[-1:] and line.split()[-1].lower() not in FUNCTION_WORDS
            if not is_blank and _ends_block(line, following, 0 if may_be_heading else width):
                yield start
        start = min(start + len(lines[-1]) + 1, len(text))
        yield start


def _ends_block(line: str, following: str, width: int) -> bool:
    """Whether a sentence ends between two lines; the longest line of their column of prose has ``width``, 0 without."""
    if _ITEM.match(following):
        return True
    if _BRACKETED.match(following):
        return _BEFORE_ITEM.search(line) is not None or _BRACKETED.match(line) is not None
    if len(line) >= _SHORT or not _CAPITAL.match(following):
        return False
    had_room = len(line) + 1 + len(following.split()[0]) <= _FULL * width
    return not width or had_room


def _whole(text: str, found: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences of one block, joined where they were cut after the day of a date, a clause number or an abbreviation.

    They are also joined within an address or a file's name, within three dots, and after these before a small letter.
    """
    waiting: tuple[int, int] | None = None
    for start, end in found:
        is_cut = waiting and waiting[1] == start and (text[start].islower() or text[start].isdigit())
        if waiting and (is_cut or _continues(text[waiting[0] : waiting[1]], text[start:end])):
            waiting = waiting[0], end
            continue
        if waiting:
            yield waiting
        waiting = start, end
    if waiting:
        yield waiting


def _continues(sentence: str, following: str) -> bool:
    return (
        (_NUMBERED.search(sentence) is not None and _LOWER.match(following) is not None)
        or (_ORDINAL.search(sentence) is not None and _MONTH.match(following) is not None)
        or (_GERMAN_ORDINAL.search(sentence) is not None and following[:1].isalpha())
        or (_UNFINISHED.search(sentence) is not None and _COUNT.match(following) is not None)
        or (_HOURS.search(sentence) is not None and _MINUTES.match(following) is not None)
        or (_REFERRING.search(sentence) is not None and _REFERENCE.match(following) is not None)
        or _ABBREVIATED.search(sentence) is not None
        or (_INITIAL.search(sentence) is not None and _AFTER_INITIAL.match(following) is not None)
        or (_HOUR.search(sentence) is not None and _DAY.match(following) is not None)
        or (sentence.endswith("..") and (following[:1] == "." or _LOWER.match(following) is not None))
    )


def _segment(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentence bounds of one block by pysbd, with line breaks as spaces; by punctuation if pysbd cannot be used."""
    block = text[start:end].replace("\n", " ")
    if len(block) > _LONGEST or not block.strip():
        return [(start + a, start + b) for a, b in _by_punctuation(block)]
    bounds, position = [], 0
    for sentence in Segmenter(language="en", clean=False).segment(block):
        at = block.find(sentence.strip(), position)
        if at < 0 or block[position:at].strip():  # pysbd rewrote the text or lost some: its sentences are no slices
            break
        bounds.append((start + at, start + at + len(sentence.strip())))
        position = at + len(sentence.strip())
    if block[position:].strip():
        return [(start + a, start + b) for a, b in _by_punctuation(block)]
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
