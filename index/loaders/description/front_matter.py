"""The head of a text: front matter in YAML or TOML, or a date line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import yaml

from index.loaders.decoding import canonical
from index.loaders.description.dates import date_alone, parse_date
from index.loaders.text_builder import BLANK_LINE, Grid, TextBuilder

_DATE_LINE = re.compile(r"\s{0,8}(?:date|published|updated)\s*:?[ \t]+([^\n]{4,40})", re.IGNORECASE)
_DATE_ALONE = re.compile(r"\s{0,8}(\d{4}-\d{2}-\d{2})[ \t]*(?:\n|$)")
_ISO_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}(?=\s|$)")
_YAML = re.compile(r"\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_TOML = re.compile(r"\s*\+\+\+[ \t]*\n(.*?)\n\+\+\+[ \t]*(?:\n|$)", re.DOTALL)
# A line of front matter that is not valid YAML.
_LINE = re.compile(r"([A-Za-z][\w.-]*)[ \t]*:(?=\s|$)(.*)|\s+\S.*|-\s.*|#.*|\s*")
_FRONT_MATTER_LIMIT = 20_000  # characters
_OWN_NAMES = frozenset(
    "abstract author authors categories category date description excerpt keywords lang language layout license "
    "permalink published slug subject subtitle summary tags title updated version".split()
)
_SENTENCE = re.compile(r"(?:\S+\s+){3,}.*[.!?…][\"'”’»)]*")
_DATE_KEYS = ("updated", "modified", "lastmod", "date", "published", "created")  # of the last change first


@dataclass(frozen=True, slots=True)
class Head:
    """What precedes the prose of a text: ``text[:end]``."""

    end: int = 0
    date: str | None = None
    title: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)  # of front matter, by key in lower case
    values: tuple[tuple[str, str], ...] = ()  # of front matter, with the keys as written

    @property
    def date_source(self) -> str | None:
        """Where the date is from, as ``Document.date_source`` says it."""
        return ("front matter" if self.values else "text") if self.date else None


def read_head(text: str) -> Head:
    """The front matter or date line at the start of a text; an empty head when there is none.

    Front matter is what Jekyll, Hugo and pandoc take for it: a mapping, between two lines of hyphens (or plus signs) at
    the very start. Unlike there, a single name and value that reads as prose is text between two rules.
    """
    start = text[:_FRONT_MATTER_LIMIT]
    for fence, read in ((_YAML, _yaml_values), (_TOML, _toml_values)):
        match = fence.match(start)
        values = read(match[1]) if match else []
        if match and values and not _is_prose(values, match[1]):
            metadata = _by_key((key.lower(), value) for key, value in values)
            written = tuple((key, value) for key, value in _by_key(values).items() if value)
            end = _after_blanks(text, match.end())
            return Head(end, date_in(metadata), metadata.get("title") or None, metadata, written)
    return _date_line(text)


def _is_prose(values: list[tuple[str, str]], block: str) -> bool:
    """Whether a single line, as ``Note: the mill is closed in June.``, is text between two rules.

    So it is below a blank line, as for pandoc.
    """
    (name, value), more = values[0], values[1:]
    if more or name.lower() in _OWN_NAMES:
        return False
    return not block.partition("\n")[0].strip() or " " in name or _SENTENCE.fullmatch(value) is not None


def add_head(builder: TextBuilder, text: str) -> tuple[Head, int]:
    """Append the head of a text; returns it and where the body starts for ``Document.body_start``.

    The values of front matter are rows of names and values, which can be quoted; a date line stays as it is.
    """
    head = read_head(text)
    if head.values:
        builder.add_table(Grid(head.values))
    elif head.end:
        builder.add(text[: head.end])
        return head, builder.length + len(BLANK_LINE)
    return head, 0


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
    if iso is None and (len(match[1].strip()) > 20 or not date_alone(match[1])):
        return Head()
    return Head(_after_blanks(text, end), date)


def _yaml_values(block: str) -> list[tuple[str, str]]:
    """Values by key (``author.name`` for a nested one); none when the block is not a mapping."""
    try:
        root = yaml.compose(block, Loader=yaml.SafeLoader)
        return list(_values(root, "", set())) if isinstance(root, yaml.MappingNode) else []
    except (yaml.YAMLError, RecursionError):
        return _lines(block)


def _toml_values(block: str) -> list[tuple[str, str]]:
    try:
        return list(_toml_items(tomllib.loads(block, parse_float=str), "", block))
    except (tomllib.TOMLDecodeError, RecursionError):
        return []


def _toml_items(value: object, key: str, block: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _toml_items(item, f"{key}.{name}" if key else name, block)
    elif isinstance(value, list):
        for item in value:
            yield from _toml_items(item, key, block)
    elif isinstance(value, bool):
        yield key, str(value).lower()
    else:
        written = value if isinstance(value, str) else _as_written(value, key.rpartition(".")[2], block)
        yield key, " ".join(canonical(written).split())


def _as_written(value: object, name: str, block: str) -> str:
    """A number or a date of TOML as the block has it, which the parser changes: 0x1F, 2024-05-06T07:00:00Z."""
    for match in re.finditer(rf"^[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*=[ \t]*([^\s#][^#\n]*)", block, re.MULTILINE):
        try:
            if tomllib.loads(f"value = {match[1]}")["value"] == value:
                return match[1].strip()
        except tomllib.TOMLDecodeError:
            continue
    return str(value)


def _by_key(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Values by key; those of one key, the items of a list, are joined by commas."""
    by_key: dict[str, list[str]] = {}
    for key, value in pairs:
        by_key.setdefault(key, []).append(value)
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
    """The ``key: value`` lines of front matter that is not valid YAML; none when a line is something else."""
    lines = [_LINE.fullmatch(line) for line in block.split("\n")]
    if not all(lines):
        return []
    return [(line[1], line[2].strip().strip("'\"")) for line in lines if line and line[1]]


def _after_blanks(text: str, position: int) -> int:
    return len(text) - len(text[position:].lstrip())
