"""Plain text: prose, perhaps after a head and a title."""

from __future__ import annotations

import re

from index.loaders.base import Parsed
from index.loaders.decoding import decode
from index.loaders.front_matter import read_head

_TITLE_LIMIT = 100  # characters


def parse_text(content: bytes) -> Parsed:
    """A plain text file: it may start with a head; a short first line on its own is the title."""
    decoded = decode(content)
    head = read_head(decoded.text)
    return Parsed(
        decoded.text,
        "text/plain",
        title=head.title or _first_line(decoded.text[head.end :]),
        date=head.date,
        body_start=head.end,
        metadata=head.metadata,
        encoding=decoded.encoding,
    )


def _first_line(body: str) -> str | None:
    """The first line, if it stands alone, is short and does not end like a sentence."""
    line, _, rest = body.partition("\n")
    line = line.strip()
    alone = rest.startswith("\n") or re.match(r"[ \t]*[=-]{3,}[ \t]*\n", rest) is not None
    return line if alone and 0 < len(line) <= _TITLE_LIMIT and line[-1] not in ".,;:?!" else None
