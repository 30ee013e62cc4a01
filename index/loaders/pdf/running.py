"""Running heads and feet, and page numbers: the lines that pages of a PDF repeat at their top or bottom."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from index.loaders.pdf.page_text import PageText, TextLine

_OUTERMOST = 2  # lines at the top and at the bottom of a page that may be running ones
_LEAST_PAGES = 3
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|pagina|página|p\.?)\s*)?(?:#|[ivxl]{1,7})(?:\s*(?:of|/|von|de|sur)\s*#)?\W*", re.IGNORECASE
)
_STEP = 4.0  # points within which lines are at the same height

_Key = tuple[bool, int, str]  # at the top, height, words with their digits replaced


def running_lines(pages: Sequence[PageText | None]) -> dict[int, set[int]]:
    """Positions of the running lines among each page's items, by the page's position.

    The first page with a running head keeps it, unless it is only a page number.
    """
    keyed = [list(_outermost(page)) if page is not None else [] for page in pages]
    counts = Counter(key for page in keyed for key in {key for _, key in page})
    running: dict[int, set[int]] = defaultdict(set)
    seen: set[_Key] = set()
    for number, page in enumerate(keyed):
        for top in (True, False):
            for position, key in (line for line in page if line[1][0] == top):
                if counts[key] < _LEAST_PAGES and not (counts[key] > 1 and _NUMBER.fullmatch(key[2])):
                    break
                if key in seen or _NUMBER.fullmatch(key[2]):
                    running[number].add(position)
                seen.add(key)
    return running


def _outermost(page: PageText) -> Iterator[tuple[int, _Key]]:
    """The position and key of the lines at the top of a page, from the top down, and of those at the bottom, upward."""
    placed = [(item.y, k, item) for k, item in enumerate(page.items) if isinstance(item, TextLine) and item.size]
    ordered = sorted(placed, key=lambda line: -line[0])
    for _, position, line in ordered[:_OUTERMOST]:
        yield position, _key(line, top=True)
    for _, position, line in ordered[_OUTERMOST:][: -_OUTERMOST - 1 : -1]:
        yield position, _key(line, top=False)


def _key(line: TextLine, *, top: bool) -> _Key:
    return top, round(line.y / _STEP), " ".join(_DIGITS.sub("#", line.words).split()).casefold()
