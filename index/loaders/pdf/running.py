"""Running heads and feet, and page numbers: the lines that pages of a PDF repeat at their top or bottom."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.loaders.pdf.page_text import PageText, TextLine

_OUTERMOST = 2  # lines at the top and at the bottom of a page that may be running ones
_LEAST_PAGES = 3
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|pagina|página|p\.?)\s*)?(?:#|[ivxl]{1,7})(?:\s*(?:of|/|von|de|sur)\s*#)?\W*", re.IGNORECASE
)
_MARK = "#"  # in the place of digits
# What tells the number of a page from other numbers that rise from page to page, as those of rooms.
_PAGE_BEFORE = re.compile(
    r"(?:\b(?:page|seite|p[aá]gin[aă]?|pág|blatt|folio|pg|p|s|sida|side|sivu|str(?:ana|ona)?|стр(?:аница)?|σελ|sayfa|第)"
    r"[.:]?\s*|[|•·–—\-/\[]\s*)$"
)
_PAGES_AFTER = re.compile(r"\s*(?:of|/|von|de|sur|di|van|av|z|из)\s*\d|\.?\s*(?:oldal|[页頁ペ쪽])")
_TITLE_AFTER = re.compile(r"\s+(?:[|•·–—-]|[^\W\d_]{2})")
_MANY_WORDS = 3  # at the top before the number of the page itself, which belongs to none of them
_SMALLER = 0.95  # of the size of most letters
_LONGEST_NUMBER = 18  # digits that are compared
_STEP = 4.0  # points within which lines are at the same height

_Key = tuple[bool, int, str]  # at the top, height, words with their digits replaced


@dataclass(frozen=True, slots=True)
class _Line:
    """An outermost line of a page."""

    page: int
    position: int  # among the page's items
    key: _Key
    numbers: tuple[str, ...]  # whose digits are replaced in the key
    page_numbers: tuple[bool, ...]  # which of them can be that of the page by how they are written


def running_lines(pages: Sequence[PageText | None], labels: Sequence[str]) -> dict[int, set[int]]:
    """Positions of the running lines among each page's items, by the page's position.

    Their words are the same on each page, and so are their numbers unless they are those of the pages: beside a word
    for page, set apart from the words, in smaller letters, or equal to the page's number or label after several words.
    The first page with a running head keeps it, unless it is only a page number.
    """
    usual = _usual_size(pages)
    lines = [
        list(_outermost(page, number, labels[number], usual)) if page is not None else []
        for number, page in enumerate(pages)
    ]
    keys = _whole_keys([line for page in lines for line in page])
    counts = Counter(key for page in lines for key in {keys[line] for line in page})
    running: dict[int, set[int]] = defaultdict(set)
    seen: set[_Key] = set()
    for number, page in enumerate(lines):
        for top in (True, False):
            for line in (line for line in page if line.key[0] == top):
                key, is_number = keys[line], _NUMBER.fullmatch(line.key[2]) is not None
                if counts[key] < _LEAST_PAGES and not (counts[key] > 1 and is_number):
                    break
                if key in seen or is_number:
                    running[number].add(line.position)
                seen.add(key)
    return running


def _whole_keys(lines: Sequence[_Line]) -> dict[_Line, _Key]:
    """The keys of lines, with the numbers in words that do not count the pages: "Chapter 3, page #"."""
    pages: Counter[tuple[_Key, int, int]] = Counter()  # how often a number is so much higher than that of its page
    for line in lines:
        pages.update((line.key, place, int(number) - line.page) for place, number in enumerate(line.numbers))
    values = Counter((line.key, place, number) for line in lines for place, number in enumerate(line.numbers))
    keys = {}
    for line in lines:
        top, height, words = line.key
        if any(map(str.isalpha, words)) and not _NUMBER.fullmatch(words):
            counts = [
                line.page_numbers[place]
                and pages[line.key, place, int(number) - line.page] > values[line.key, place, number]
                for place, number in enumerate(line.numbers)
            ]
            shown = iter("#" if count else number for count, number in zip(counts, line.numbers, strict=True))
            words = "".join(next(shown) if sign == _MARK else sign for sign in words)
        keys[line] = (top, height, words)
    return keys


def _usual_size(pages: Sequence[PageText | None]) -> float:
    """The size of most letters; 0 when there are none."""
    letters: Counter[float] = Counter()
    for line in (line for page in pages if page for line in page.lines):
        letters[line.size] += len(line.words)
    return letters.most_common(1)[0][0] if letters else 0.0


def _outermost(page: PageText, number: int, label: str, usual: float) -> Iterator[_Line]:
    """The lines at the top of a page, from the top down, and those at the bottom, upward, which may be the same."""
    placed = [(item.y, k, item) for k, item in enumerate(page.items) if isinstance(item, TextLine) and item.size]
    ordered = sorted(placed, key=lambda line: -line[0])
    for top, outer in ((True, ordered[:_OUTERMOST]), (False, ordered[: -_OUTERMOST - 1 : -1])):
        for _, position, line in outer:
            words = " ".join(line.words.replace(_MARK, " ").split()).casefold()
            found = list(_DIGITS.finditer(words))
            numbers = tuple(digits[0][:_LONGEST_NUMBER] for digits in found)
            apart = line.has_gap or line.size < _SMALLER * usual
            own = (str(number + 1), label)
            are_pages = tuple(apart or _is_page_number(words, digits, own, top=top) for digits in found)
            yield _Line(number, position, (top, round(line.y / _STEP), _DIGITS.sub(_MARK, words)), numbers, are_pages)


def _is_page_number(words: str, digits: re.Match[str], own: tuple[str, str], *, top: bool) -> bool:
    """Whether a number in a line is written as that of a page, whose ``own`` number and label are given.

    At the ``top`` a word or two with a number may be a title ("Room 3").
    """
    before, after = words[: digits.start()], words[digits.end() :]
    if _PAGE_BEFORE.search(before) or _PAGES_AFTER.match(after):
        return True
    if _TITLE_AFTER.match(after) and not _WORD.search(before):
        return True
    is_last = digits[0] in own and not after.strip()
    return is_last and (not top or len(_WORD.findall(before)) >= _MANY_WORDS)
