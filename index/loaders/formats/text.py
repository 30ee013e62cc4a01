"""Plain text: prose, perhaps after a head and a title."""

from __future__ import annotations

import re

from index.loaders.base import Parsed
from index.loaders.decoding import decode
from index.loaders.description.coverage import measured
from index.loaders.description.dating import is_date_line
from index.loaders.description.front_matter import add_head
from index.loaders.text_builder import TextBuilder

_TITLE_LIMIT = 100  # characters
_DIVIDED = re.compile(r"(?<![^\W\d_])([^\W\d_]+)[-\u00ad]\n[ \t]*([^\W\d_][\w’']*[^\w\s]*)[ \t]*\n?")
_HYPHENATED = re.compile(r"(?<!\w)\w+-\w+")
_AFTER_SUSPENDED = frozenset("and or to und oder bis et ou y o e".split())  # "short- and long-term"
_COMPOUNDS = frozenset(  # first words of compounds, which keep their hyphen
    "all anti co cross ex far full half high ill late long low mid multi near non off on open part post pre"
    " pro self semi short so sub two three four well twenty thirty forty fifty sixty seventy eighty ninety".split()
)


def parse_text(content: bytes) -> Parsed:
    """A plain text file: it may start with a head; a short first line on its own is the title."""
    decoded = decode(content)
    builder = TextBuilder()
    head, _ = add_head(builder, decoded.text)
    body = _without_divided_words(decoded.text[head.end :])
    if head.values:
        builder.add(body, indented=True)
    parsed = Parsed(
        builder.text if head.values else decoded.text[: head.end] + body,
        "text/plain",
        title=head.title or _first_line(body),
        date=head.date,
        date_source=head.date_source,
        body_start=0 if head.values else head.end,
        metadata=head.metadata,
        warnings=decoded.warnings,
        encoding=decoded.encoding,
        tables=builder.tables,
    )
    return measured(parsed, decoded.text)


def _without_divided_words(text: str) -> str:
    """The text with words joined that a hyphen divides at the end of a line; the line ends after the word."""
    known = {word.lower() for word in _HYPHENATED.findall(text)} if "-\n" in text else set()

    def join(match: re.Match[str]) -> str:
        first, second = match[1], match[2]
        if not second[0].islower() or second in _AFTER_SUSPENDED:
            return match[0]
        hyphenated = f"{first}-{second}"
        kept = first.lower() in _COMPOUNDS or hyphenated.rstrip(".,;:!?)").lower() in known
        return f"{hyphenated if kept else first + second}\n"

    return _DIVIDED.sub(join, text)


def _first_line(body: str) -> str | None:
    """The first line, if it stands alone, is short, does not end like a sentence and is more than a date."""
    line, _, rest = body.partition("\n")
    line = line.strip()
    alone = rest.startswith("\n") or re.match(r"[ \t]*[=-]{3,}[ \t]*\n", rest) is not None
    if not alone or not 0 < len(line) <= _TITLE_LIMIT or line[-1] in ".,;:?!":
        return None
    return None if is_date_line(line) else line
