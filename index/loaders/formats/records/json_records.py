"""JSON: arrays of records are tables, other values are lines with their names; numbers stay as they are written."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import canonical, decode
from index.loaders.description.coverage import measured
from index.loaders.description.front_matter import date_in
from index.loaders.headers import read_grid
from index.loaders.text_builder import Grid, TextBuilder, is_encoded

_LONGEST_CELL = 1_000  # characters; records with longer values are prose
_LONGEST_LIST = 200  # characters of a list in one line
_MANY_COLUMNS = 40
_NAMED = 5  # names in a warning
_TOKEN = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|(-?\d[\w.+-]*|true|false)', re.DOTALL)

Json = Any  # strings, booleans, None, lists and dicts of these; numbers are strings, as they are written
Path = tuple[str, ...]
Record = dict[Path, str]  # the plain values of a record by their path


def parse_json(content: bytes) -> Parsed:
    """A JSON file or JSON lines; a title and a date at the top level are those of the document."""
    decoded = decode(content)
    builder = TextBuilder()
    try:
        value, warnings = _read(decoded.text)
        add_value(builder, value)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UnreadableFileError(f"not valid JSON: {reason}") from error
    warnings = (*decoded.warnings, *warnings)
    parsed = parsed_value(builder, value, "application/json", encoding=decoded.encoding, warnings=warnings)
    return measured(parsed, "\n".join(_values(decoded.text)), builder.encoded)


def _values(text: str) -> Iterator[str]:
    """The strings that are no names, and the numbers, that stand in the text of a file, valid or not."""
    for match in _TOKEN.finditer(text):
        string, is_name, plain = match.groups()
        if plain:
            yield plain
        elif not is_name:
            yield _unescaped(string) if "\\" in string else string


def _unescaped(string: str) -> str:
    try:
        return str(json.loads(f'"{string}"', strict=False))
    except json.JSONDecodeError:
        return string


def parsed_value(
    builder: TextBuilder, value: Json, media_type: str, *, encoding: str | None = None, warnings: tuple[str, ...] = ()
) -> Parsed:
    """A file whose (first) value the builder holds; its title and date are those at the top level."""
    top = {key.lower(): item for key, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}
    return Parsed(
        builder.text,
        media_type,
        title=canonical(top.get("title", "")).strip() or None,
        date=(date := date_in(top)),
        date_source="text" if date else None,
        encoding=encoding,
        tables=builder.tables,
        warnings=warnings,
        left_out=builder.left_out,
    )


def gathered(pairs: Sequence[tuple[str, Json]], repeated: set[str]) -> dict[str, Json]:
    """The values by name; all values of a name that is ``repeated``, which it is added to, as a list."""
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    counts = Counter(name for name, _ in pairs)
    several: dict[str, dict[str, Json]] = {name: {} for name, count in counts.items() if count > 1}
    for name, value in pairs:
        if name in several:
            several[name] |= {json.dumps(item): item for item in (value if isinstance(value, list) else [value])}
    repeated.update(several)
    for name, items in several.items():
        values[name] = list(items.values()) if len(items) != 1 else next(iter(items.values()))
    return values


def repetition_warning(repeated: set[str]) -> tuple[str, ...]:
    """The warning about names that are given several times in one object."""
    if not repeated:
        return ()
    names = sorted(repeated)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (f"given several times in one object, with all their values read: {', '.join(names[:_NAMED])}{more}",)


def _loads(text: str, repeated: set[str]) -> Json:
    def read(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
        return gathered(pairs, repeated)

    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=read)


def _read(text: str) -> tuple[Json, tuple[str, ...]]:
    """The value of a file, and warnings; the values of JSON lines are a list, without the damaged lines."""
    repeated: set[str] = set()
    try:
        return _loads(text, repeated), repetition_warning(repeated)
    except json.JSONDecodeError:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        if len(lines) < 2:
            raise
    values, damaged = [], []
    for number, line in lines:
        try:
            values.append(_loads(line, repeated))
        except json.JSONDecodeError:
            damaged.append(number)
    if len(damaged) > len(values):
        _loads(text, repeated)  # raises the error of the whole file
    lost = tuple(f"line {number} is damaged and left out" for number in damaged)
    return values, (*lost, *repetition_warning(repeated))


def add_value(builder: TextBuilder, value: Json, path: Path = ()) -> None:
    """Append a value under its path: records as tables, plain values as lines."""
    if isinstance(value, dict):
        if _are_alike(list(value.values())):
            _add_records(builder, list(value.values()), path, list(value))
        else:
            _add_object(builder, value, path)
    elif isinstance(value, list):
        _add_list(builder, value, path)
    else:
        builder.add(_line(builder, path, value))


def _add_object(builder: TextBuilder, value: Mapping[str, Json], path: Path) -> None:
    """The plain values of an object and of the objects in it, a line each, then its lists."""
    record, lists = _flattened(value, path)
    builder.add("\n".join(filter(None, (_line(builder, name, cell) for name, cell in record.items()))))
    for name, items in lists:
        _add_list(builder, items, name)


def _add_list(builder: TextBuilder, items: Sequence[Json], path: Path) -> None:
    if items and all(isinstance(item, dict) for item in items):
        _add_records(builder, items, path)
    elif items and all(isinstance(item, list) and _are_plain(item) for item in items):
        builder.add_table(read_grid([list(map(_text, item)) for item in items], " › ".join(path)))
    elif _are_plain(items):
        builder.add("\n".join(filter(None, (_line(builder, path, item) for item in items))))
    else:
        for item in items:
            add_value(builder, item, path)


def _add_records(builder: TextBuilder, items: Sequence[Json], path: Path, keys: Sequence[str] = ()) -> None:
    """Records as tables; a list of records in one of them is a table of its own after them, under the record's name."""
    flat = [_flattened(item, ()) for item in items]
    records = [({("",): key} | record if keys else record) for (record, _), key in _with_keys(flat, keys)]
    if any(len(cell) > _LONGEST_CELL and not is_encoded(cell) for record in records for cell in record.values()):
        for record in records:
            lines = (_line(builder, (*path, *name), cell) for name, cell in record.items())
            builder.add("\n".join(filter(None, lines)))
    else:
        for group in _groups(records):
            columns = list(dict.fromkeys(name for record in group for name, cell in record.items() if cell))
            rows = [[record.get(name, "") for name in columns] for record in group]
            builder.add_table(Grid(rows, columns, " › ".join(path)))
    for record, (_, lists) in zip(records, flat, strict=True):
        owner = next(filter(None, record.values()), "")
        for name, nested in lists:
            _add_list(builder, nested, (*path, *filter(None, (owner,)), *name))


def _with_keys(
    flat: Sequence[tuple[Record, list[tuple[Path, list[Json]]]]], keys: Sequence[str]
) -> Iterator[tuple[tuple[Record, list[tuple[Path, list[Json]]]], str]]:
    return zip(flat, keys or itertools.repeat(""), strict=False)


def _groups(records: Sequence[Record]) -> Iterator[list[Record]]:
    """The records of each table: all, unless they have so many different names that most cells would be empty."""
    names = {name for record in records for name in record}
    if len(names) <= _MANY_COLUMNS or 3 * sum(map(len, records)) > len(names) * len(records):
        yield list(records)
        return
    for _, group in itertools.groupby(records, key=_names):
        yield list(group)


def _names(record: Record) -> Path:
    return tuple(itertools.chain(*record))


def _flattened(value: Mapping[str, Json], path: Path) -> tuple[Record, list[tuple[Path, list[Json]]]]:
    """The plain values and short lists of an object by their path, and the lists that are more than that."""
    record: Record = {}
    lists: list[tuple[Path, list[Json]]] = []
    for key, item in value.items():
        name = (*path, str(key))
        if isinstance(item, dict):
            inner, more = _flattened(item, name)
            record |= inner
            lists += more
        elif isinstance(item, list) and not (_are_plain(item) and sum(map(len, map(_text, item))) <= _LONGEST_LIST):
            lists.append((name, item))
        else:
            record[name] = _listed(list(filter(None, map(_text, item)))) if isinstance(item, list) else _text(item)
    return record, lists


def _listed(items: Sequence[str]) -> str:
    """Items in one line, with commas between them, but not after a sentence."""
    ends = ((" " if item.rstrip().endswith((".", "!", "?")) else ", ") for item in items)
    return "".join(itertools.chain.from_iterable(zip(items, ends, strict=True))).removesuffix(", ").rstrip()


def _are_alike(values: Sequence[Json]) -> bool:
    """Whether values are records of one kind, so that an object of them is a table with its keys as names."""
    if len(values) < 2 or not all(isinstance(value, dict) and value for value in values):
        return False
    names = {name for value in values for name in value}
    return 2 * sum(map(len, values)) >= len(names) * len(values) and any(
        not isinstance(item, dict | list) for value in values for item in value.values()
    )


def _are_plain(items: Sequence[Json]) -> bool:
    return not any(isinstance(item, dict | list) for item in items)


def _text(value: Json) -> str:
    """A plain value as it is written; empty for null."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _line(builder: TextBuilder, path: Path, value: Json) -> str:
    words = builder.readable(canonical(_text(value)).strip())
    if not words:
        return ""
    name = " › ".join(filter(None, path))
    return f"{name}: {words}" if name else words
