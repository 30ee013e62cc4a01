"""The head of a text, which is metadata and not prose: YAML front matter or a date line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from index.loaders.dates import parse_date
from index.loaders.decoding import canonical

_DATE_LINE = re.compile(r"\s{0,8}(?:date|published|updated)\s*:?[ \t]+([^\n]{4,40})", re.IGNORECASE)
_DATE_ALONE = re.compile(r"\s{0,8}(\d{4}-\d{2}-\d{2})[ \t]*(?:\n|$)")
_ISO_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}(?=\s|$)")
_FENCE = re.compile(r"\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_FRONT_MATTER_LIMIT = 20_000  # characters
_DATE_KEYS = ("date", "published", "created", "updated", "modified", "lastmod")


@dataclass(frozen=True, slots=True)
class Head:
    """What precedes the prose of a text: ``text[:end]``."""

    end: int = 0
    date: str | None = None
    title: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


def read_head(text: str) -> Head:
    """The front matter or date line at the start of a text; an empty head when there is none."""
    if match := _FENCE.match(text[:_FRONT_MATTER_LIMIT]):
        metadata = _front_matter(match[1])
        if metadata:
            return Head(_after_blanks(text, match.end()), date_in(metadata), metadata.get("title") or None, metadata)
    return _date_line(text)


def date_in(metadata: dict[str, str]) -> str | None:
    """The first valid date under one of the keys for dates."""
    dates = (parse_date(metadata.get(key, "")) for key in _DATE_KEYS)
    return next((date for date in dates if date), None)


def _date_line(text: str) -> Head:
    match = _DATE_LINE.match(text) or _DATE_ALONE.match(text)
    date = parse_date(match[1]) if match else None
    if match is None or date is None:
        return Head()
    # Prose may follow an ISO date on the same line; any other date must be alone on its line.
    iso = _ISO_FIRST.match(match[1])
    end = match.start(1) + iso.end() if iso else match.end()
    if iso is None and len(match[1].strip()) > 20:
        return Head()
    return Head(_after_blanks(text, end), date)


def _front_matter(block: str) -> dict[str, str]:
    """Values by key in lower case (``author.name`` for a nested one); list items are joined by commas."""
    try:
        root = yaml.compose(block, Loader=yaml.SafeLoader)
        pairs = list(_values(root, "", set())) if isinstance(root, yaml.MappingNode) else []
    except (yaml.YAMLError, RecursionError):
        pairs = _lines(block)
    by_key: dict[str, list[str]] = {}
    for key, value in pairs:
        by_key.setdefault(key.lower(), []).append(value)
    return {key: ", ".join(filter(None, values)) for key, values in by_key.items()}


def _values(node: yaml.Node, key: str, seen: set[int]) -> Iterator[tuple[str, str]]:
    """Each scalar as it is written, after its key. An aliased node is read once, so that aliases cannot multiply."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield key, " ".join(canonical(node.value).split())
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _values(item, key, seen)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode):
                yield from _values(value, f"{key}.{name.value}" if key else name.value, seen)


def _lines(block: str) -> list[tuple[str, str]]:
    """The ``key: value`` lines of front matter that is not valid YAML."""
    parts = (line.partition(":") for line in block.split("\n") if line[:1].isalpha())
    return [(key.strip(), value.strip().strip("'\"")) for key, colon, value in parts if colon]


def _after_blanks(text: str, position: int) -> int:
    return len(text) - len(text[position:].lstrip())
