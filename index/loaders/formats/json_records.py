"""JSON: each value becomes a line with its name, each object a paragraph."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import canonical, decode
from index.loaders.front_matter import date_in

Json = Any  # what ``json.loads`` returns


def parse_json(content: bytes) -> Parsed:
    """A JSON file or JSON lines; a title and a date at the top level are those of the document."""
    decoded = decode(content)
    try:
        value = _read(decoded.text)
        blocks = list(_blocks(value))
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UnreadableFileError(f"not valid JSON: {reason}") from error
    top = {key.lower(): item for key, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}
    return Parsed(
        canonical("\n\n".join(blocks)),
        "application/json",
        title=canonical(top.get("title", "")).strip() or None,
        date=date_in(top),
        encoding=decoded.encoding,
    )


def _read(text: str) -> Json:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:
            raise
        return [json.loads(line) for line in lines]


def _blocks(value: Json, name: str = "") -> Iterator[str]:
    """One paragraph for the plain values of an object or list, then those of the objects and lists in it."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = [("", item) for item in value]
    else:
        items = [("", value)]
    plain = [_line(_joined(name, key), item) for key, item in items if not isinstance(item, dict | list)]
    if block := "\n".join(line for line in plain if line):
        yield block
    for key, item in items:
        if isinstance(item, dict | list):
            yield from _blocks(item, _joined(name, key))


def _line(name: str, value: Json) -> str:
    words = value if isinstance(value, str) else json.dumps(value)
    return "" if value in (None, "") else f"{name}: {words}" if name else words


def _joined(outer: str, inner: str) -> str:
    return " ".join(part for part in (outer, inner) if part)
