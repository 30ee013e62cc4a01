"""Finding words in a whole document, over line ends, hyphens and kinds of quotation marks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from index import Document

MOST = 2000  # hits
_DIVIDED = r"(?:\u00ad|[-\u2010\u2011]?[ \t]*\n\s*(?=\w))?"  # within a word: a soft hyphen, or the end of a line
_ALIKE = ("'\u2018\u2019\u201b\u02bc", '"\u201c\u201d\u201e\u00ab\u00bb', "-\u2010\u2011\u2012\u2013\u2014\u2212")
_SIGNS = {sign: f"[{re.escape(signs)}]" for signs in _ALIKE for sign in signs}


def occurrences(document: Document, words: str) -> list[tuple[int, int]]:
    """Where a document has ``words``, in whatever case, as ranges of its text; at most ``MOST``, in order.

    Of a table's rows only the cells are searched, since the headers are not shown again in each row.
    """
    pattern = _pattern(words)
    return [] if pattern is None else list(islice(_shown(document, pattern), MOST))


def _pattern(words: str) -> re.Pattern[str] | None:
    parts = [_DIVIDED.join(_SIGNS.get(sign, re.escape(sign)) for sign in word) for word in words.split()]
    return re.compile(r"\s+".join(parts), re.IGNORECASE) if parts else None


def _shown(document: Document, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for table in document.tables:
        yield from (found.span() for found in pattern.finditer(document.text, at, table.start))
        for row in table.rows:
            for cell in row:
                yield from (found.span() for found in pattern.finditer(document.text, cell.start, cell.end))
        at = table.end
    yield from (found.span() for found in pattern.finditer(document.text, at))
