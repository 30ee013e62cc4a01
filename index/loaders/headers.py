"""Which rows of plain cells are titles above a table, which are its header, and which are its body."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from index.loaders.text_builder import Grid

_SAMPLE = 200  # rows of the body that a header is compared with
_DOMINANT = 0.7  # share of a column's cells that have the same kind or shape
_LONGEST_NAME = 120  # characters of a column's name
_PLAIN_SHAPES = ("Aa", "a", "A")  # a single word, which names and values have in common
_STRONG, _WEAK = 2, 1

_NUMBER = re.compile(r"[-+−(]?\s*[€$£¥]?\s*\d[\d.,'’\s ]*\s*[%€$£¥)]?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([T ][\d:.,+Zz-]+)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}( [\d:]+)?"
    r"|\d{1,2}:\d\d(:\d\d)?"
)
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]+")
# Words of column names, in the languages of most European spreadsheets.
_NAMES = frozenset(
    (
        "account action address age amount area article author balance birthday brand budget capital category city "
        "class code color colour comment comments company contact cost count country currency customer data date "
        "day deadline delivery department description destination due duration email employee end fax fee field "
        "firm first from gender group height id index item job key kind language last level limit link location "
        "mail manager maximum minimum mobile model month name no note notes number occupation office order origin "
        "owner part percent person phone place population position postcode price product profession project "
        "quantity rank rate reason reference region remark remarks role room row salary score section service sex "
        "size sku speed start state status stock street subject sum supplier surname tax team telephone term "
        "ticket time title to total town type unit units url user username value version website week weight width "
        "year zip "
        "aantal adresse anzahl apellido bezeichnung cantidad città ciudad cognome date datum dirección einheit "
        "fecha gewicht land menge montant naam nachname nom nombre nome nummer numéro ort paese pays país plaats "
        "plz precio preis prezzo prijs prix prénom quantità quantité stadt straße tag telefon teléfono téléphone "
        "ville vorname wert "
    ).split()
)
_VALUES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september "
    "october november december yes no true false n/a none".split()
)

Row = Sequence[str]


def read_grids(rows: Iterable[Row]) -> Iterator[Grid]:
    """The tables in the rows of a sheet, which blank rows separate.

    Rows with one cell are lines of text and belong above the next table; after the last one they are a table without
    rows. A part whose first row looks like one more row of the table before it continues that table.
    """
    parts = [list(part) for blank, part in itertools.groupby(rows, _is_blank) if not blank]
    above: list[str] = []
    columns: Sequence[Sequence[str]] = ()
    body: list[Row] = []
    lines: tuple[str, ...] = ()
    for part in parts:
        if _is_text(part, alone=len(parts) == 1):
            above += _lines(part)
        elif body and not above and _continues(part, body):
            body += part
        else:
            if body:
                yield Grid(body, columns, lines[0] if lines else "", lines)
            grid = read_grid(part)
            columns, body, lines, above = grid.columns, list(grid.rows), (*above, *grid.above), []
    if body:
        yield Grid(body, columns, lines[0] if lines else "", lines)
    if above:
        yield Grid((), above=tuple(above))


def read_grid(rows: Sequence[Row], caption: str = "") -> Grid:
    """The table in rows of plain cells: the lines above it, its header of one or two levels, and its body.

    Merged cells must be given in each of their places. A row is only taken as header if it differs from the body;
    in doubt it is one unless it looks like a record. Without a caption the first line above the table is the caption.
    """
    rows = [row for row in _without_empty_columns(rows) if not _is_blank(row)]
    above = rows[: _title_rows(rows)]
    rows = rows[len(above) :]
    lines = tuple(_lines(above))
    levels = _header_rows(rows)
    columns = _paths(rows[:levels])
    return Grid(rows[levels:], columns, caption or (lines[0] if lines else ""), lines)


def _continues(part: Sequence[Row], body: Sequence[Row]) -> bool:
    """Whether rows go on with the table above the blank row before them."""
    first = [cell.strip() for cell in part[0]]
    return _width(part) == _width(body[:_SAMPLE]) and not _title_rows(part) and _score(first, body) <= 0


def _is_blank(row: Row) -> bool:
    return not any(cell.strip() for cell in row)


def _width(rows: Sequence[Row]) -> int:
    return max((position + 1 for row in rows for position, cell in enumerate(row) if cell.strip()), default=0)


def _without_empty_columns(rows: Sequence[Row]) -> list[list[str]]:
    """Rows of equal length, without the columns that have no text."""
    width = _width(rows)
    filled = [any(row[position].strip() for row in rows if position < len(row)) for position in range(width)]
    return [list(itertools.compress([*map(str.strip, row), *[""] * (width - len(row))], filled)) for row in rows]


def _is_text(part: Sequence[Row], *, alone: bool) -> bool:
    """Whether no row has two cells, and the part is not a column with its name."""
    if any(len(_distinct(row)) > 1 for row in part):
        return False
    return not (alone and len(part) > 1 and _score(part[0], part[1:]) > 0)


def _lines(rows: Iterable[Row]) -> list[str]:
    """A line for each row; two cells are a name and its value."""
    lines = []
    for row in rows:
        cells = _distinct(row)
        separator = " " if cells[0].endswith(":") else ": "
        lines.append(separator.join(cells[:2]) + "".join(f"; {cell}" for cell in cells[2:]))
    return lines


def _distinct(row: Row) -> list[str]:
    """The cells with text, of which a merged one is in several places."""
    return [cell for cell, _ in itertools.groupby(" ".join(cell.split()) for cell in row) if cell]


def _title_rows(rows: Sequence[Row]) -> int:
    """How many rows at the top are titles: they fill one cell, or at most the first two of a table of four or more."""
    counts = Counter(sum(1 for cell in row if cell) for row in rows[:_SAMPLE])
    width = max(counts, key=lambda count: (counts[count], count), default=0)
    for number, row in enumerate(rows):
        cells = _distinct(row)
        narrow = len(cells) == 1 or (width >= 4 and all(row[:2]) and not any(row[2:]))
        if width < 2 or not narrow or (len(cells) == 1 and not row[0]):
            return number
    return 0


def _header_rows(rows: Sequence[Row]) -> int:
    """How many rows at the top are the header: none, one, or two."""
    if len(rows) > 2 and _has_groups(rows[0]) and _score(rows[1], rows[2:]) > 0:
        return 2
    return 1 if len(rows) > 1 and _score(rows[0], rows[1:]) >= 0 else 0


def _has_groups(row: Row) -> bool:
    """Whether some names of a row apply to several columns: a gap or a repetition follows them."""
    start = next((position for position, cell in enumerate(row) if cell), 0)
    named = any(cell and (not after or after == cell) for cell, after in itertools.pairwise(row[max(1, start) :]))
    return named and not any(_NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in row)


def _paths(header: Sequence[Row]) -> list[tuple[str, ...]]:
    """The header path of each column; the upper name applies up to the next one."""
    if len(header) < 2:
        return [(cell,) for row in header for cell in row]
    upper, paths = "", []
    for top, name in zip(*header, strict=True):
        upper = top or (upper if name else "")
        paths.append(tuple(dict.fromkeys(filter(None, (upper, name)))))
    return paths


def _score(header: Row, body: Sequence[Row]) -> int:
    """How much a row looks like the names of the columns below it; negative when it looks like a record."""
    if any(len(cell) > _LONGEST_NAME for cell in header) or not any(header):
        return -_STRONG
    series = _series(header)
    sample = body[:_SAMPLE]
    columns = zip(header, itertools.zip_longest(*sample, fillvalue=""), strict=False)
    score = sum(_column_score(name, [cell for cell in column if cell], series) for name, column in columns)
    styles = {cell[0].isupper() for cell in header if cell[:1].isalpha()}
    return score - (_WEAK if len(styles) > 1 else 0)


def _series(header: Row) -> frozenset[str]:
    """Names that differ only in their numbers: "2021", "2022"; "4 portions", "20 portions"."""
    numbers = [cell for cell in header if cell.isdecimal()]
    templates = Counter(_DIGITS.sub("0", cell) for cell in header if _kind(cell) == "mixed")
    alike = {cell for cell in header if templates[_DIGITS.sub("0", cell)] > 1}
    are_all = len(numbers) == sum(_kind(cell) in ("number", "date") for cell in header)
    return frozenset(alike.union(numbers if are_all and _is_series(numbers, alone=len(numbers) == len(header)) else ()))


def _is_series(numbers: Sequence[str], *, alone: bool) -> bool:
    """Whether integers can be names: years, or three or more in even steps; in steps of one if all names are."""
    values = [int(number[:9]) for number in numbers]
    steps = {after - before for before, after in itertools.pairwise(values)}
    if len(values) > 1 and all(map(_YEAR.fullmatch, numbers)):
        return True
    return len(values) > 2 and len(steps) == 1 and steps != {0} and (not alone or steps <= {1, -1})


def _column_score(name: str, cells: Sequence[str], series: frozenset[str]) -> int:
    if not cells:
        return 0
    if not name:  # the exported numbers of the rows
        return _STRONG if all(cell.isdecimal() for cell in cells) else 0
    if name in cells:
        return -_STRONG
    kinds = Counter(map(_kind, cells))
    kind, count = kinds.most_common(1)[0]
    own = _kind(name)
    dominant = count >= _DOMINANT * len(cells)
    if name in series and (own == "number" or _DIGITS.sub("0", name) not in {_DIGITS.sub("0", cell) for cell in cells}):
        return _WEAK
    if own in ("number", "date"):
        return -_STRONG if kinds[own] else -_WEAK
    if dominant and kind != "words":
        return _STRONG if own == "words" else _mixed_score(name, cells, kind)
    return _words_score(name, cells)


def _mixed_score(name: str, cells: Sequence[str], kind: str) -> int:
    """The score of a name with digits above cells of another kind than words."""
    if kind != "mixed":
        return _WEAK
    return -_STRONG if _dominant_shape(cells) == _shape(name) else 0


def _words_score(name: str, cells: Sequence[str]) -> int:
    """The score of a name above cells that are words as well."""
    words = [word.casefold() for word in _WORD.findall(name)]
    if name.casefold() in _VALUES:
        return -_WEAK
    if _NAMES.intersection(words):
        return _STRONG
    shape, own = _dominant_shape(cells), _shape(name)
    if shape == own:
        return 0 if own in _PLAIN_SHAPES else -_WEAK
    much_longer = sum(map(len, cells)) > 4 * len(name) * len(cells)
    return _WEAK if shape or much_longer else 0


def _kind(cell: str) -> str:
    if _DATE.fullmatch(cell):
        return "date"
    if _NUMBER.fullmatch(cell):
        return "number"
    return "mixed" if any(character.isdecimal() for character in cell) else "words"


def _dominant_shape(cells: Sequence[str]) -> str | None:
    """The shape of most cells; None when they vary."""
    shape, count = Counter(map(_shape, cells)).most_common(1)[0]
    return shape if count >= _DOMINANT * len(cells) else None


def _shape(cell: str) -> str:
    """The pattern of a cell: "Aa Aa" for "Elsbeth Crane", "Aa 0" for "Room 12"."""
    return _SPACES.sub(" ", _DIGITS.sub("0", _WORD.sub(lambda word: _letters(word[0]), cell[:_LONGEST_NAME])))


def _letters(word: str) -> str:
    if len(word) > 1 and word.isupper():
        return "A"
    return "Aa" if word[0].isupper() else "a"
