"""The automatic numbers of Word's lists, as they are shown: "1.2", "(b)", "Step 3", "•"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.loaders.formats.open_xml.package import Element, qualified
from index.loaders.formats.open_xml.styles import switch, value
from index.loaders.formats.open_xml.symbol_fonts import symbols

_LEVELS = 9
_BULLET = "•"
_PLACE = re.compile(r"%([1-9])")
_ROMAN = tuple(zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
                   "m cm d cd c xc l xl x ix v iv i".split(), strict=True))  # fmt: skip
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split()
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
             "twelve": "twelfth"}  # fmt: skip
_CHICAGO = "*†‡§"
_LARGEST = 32767  # a number in Word


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list."""

    start: int = 1
    format: str = "decimal"
    zeros: int = 1  # the least number of digits
    text: str = ""
    suffix: str = " "
    restart: int | None = None  # the number, from 1, of the level after which it starts again; 0 for none
    legal: bool = False  # with the numbers of all levels in digits
    style: str | None = None
    font: str = ""
    override: bool = False  # whether its list starts it again


class Numbering:
    """The lists of a document; it counts as their paragraphs are met in order."""

    def __init__(self, root: Element | None = None, style_lists: Callable[[str], str | None] = lambda _: None) -> None:
        """Lists from the root of the numbering part; ``style_lists`` gives the list's id for a numbering style."""
        abstract = [] if root is None else root.findall(qualified("w:abstractNum"))
        self._abstract = {element.get(qualified("w:abstractNumId"), ""): element for element in abstract}
        lists = [] if root is None else root.findall(qualified("w:num"))
        self._lists = {element.get(qualified("w:numId"), ""): element for element in lists}
        self._style_lists = style_lists
        self._levels: dict[str, tuple[str, list[_Level]]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._started: set[tuple[str, int]] = set()

    def next_label(self, list_id: str | None, level: str | None, styles: Sequence[str]) -> str:
        """The number of the next paragraph in a list, with the space after it; empty for no list.

        Without a level it is the one that belongs to one of the paragraph's styles, else the first.
        """
        if not list_id or list_id not in self._lists:
            return ""
        abstract, levels = self._resolved(list_id)
        depth = self._depth(levels, level, styles)
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        self._count(list_id, levels, counts, depth)
        return self._label(levels, counts, depth)

    def _depth(self, levels: Sequence[_Level], level: str | None, styles: Sequence[str]) -> int:
        if level is not None and level.isdecimal():
            return min(int(level[:3]), _LEVELS - 1)
        return next((depth for style in styles for depth, own in enumerate(levels) if own.style == style), 0)

    def _count(self, list_id: str, levels: Sequence[_Level], counts: list[int | None], depth: int) -> None:
        first = levels[depth].override and (list_id, depth) not in self._started
        self._started.add((list_id, depth))
        count = counts[depth]
        counts[depth] = levels[depth].start if count is None or first else min(count + 1, _LARGEST)
        for deeper in range(depth + 1, _LEVELS):
            restart = levels[deeper].restart
            if restart is None or depth < restart:
                counts[deeper] = None

    def _label(self, levels: Sequence[_Level], counts: Sequence[int | None], depth: int) -> str:
        level = levels[depth]
        if level.format == "bullet":
            shown = symbols(level.font, level.text).strip()
            return f"{_BULLET if shown in ('', 'o') else shown}{level.suffix}"

        def number(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            count = counts[place]
            one = replace(levels[place], format="decimal", zeros=1) if level.legal else levels[place]
            return _written(one.start if count is None else count, one)

        shown = _PLACE.sub(number, level.text).strip()
        return f"{shown}{level.suffix}" if shown else ""

    def _resolved(self, list_id: str) -> tuple[str, list[_Level]]:
        """The id of the definition that counts for a list, and its levels."""
        if list_id not in self._levels:
            element = self._lists[list_id]
            abstract_id = self._definition(value(element, "w:abstractNumId") or "")
            levels = _levels(self._abstract.get(abstract_id), [_Level()] * _LEVELS)
            for override in element.findall(qualified("w:lvlOverride")):
                levels = _levels(override, levels)
                depth, start = _level_number(override), value(override, "w:startOverride") or ""
                if start.isdecimal():
                    levels[depth] = replace(levels[depth], start=min(int(start[:6]), _LARGEST), override=True)
            self._levels[list_id] = abstract_id, levels
        return self._levels[list_id]

    def _definition(self, abstract_id: str) -> str:
        """The id of the definition itself, for one that only refers to a numbering style."""
        style = value(self._abstract.get(abstract_id), "w:numStyleLink")
        linked = self._lists.get(self._style_lists(style) or "") if style else None
        return abstract_id if linked is None else value(linked, "w:abstractNumId") or abstract_id


def _level_number(element: Element) -> int:
    number = element.get(qualified("w:ilvl"), "")
    return min(int(number[:3]), _LEVELS - 1) if number.isdecimal() else 0


def _levels(parent: Element | None, inherited: Sequence[_Level]) -> list[_Level]:
    levels = list(inherited)
    for element in [] if parent is None else parent.findall(qualified("w:lvl")):
        levels[_level_number(element)] = _level(element)
    return levels


def _level(element: Element) -> _Level:
    start, restart = value(element, "w:start") or "", value(element, "w:lvlRestart") or ""
    fonts = element.find(f"{qualified('w:rPr')}/{qualified('w:rFonts')}")
    numbers = next(element.iter(qualified("w:numFmt")), None)
    form = "decimal" if numbers is None else numbers.get(qualified("w:val"), "decimal")
    custom = "" if numbers is None else numbers.get(qualified("w:format"), "")
    return _Level(
        start=min(int(start[:6]), _LARGEST) if start.isdecimal() else 0,
        format=form,
        zeros=len(custom.partition(",")[0]) if custom.startswith("0") else 1,
        text=value(element, "w:lvlText") or "",
        suffix="" if value(element, "w:suff") == "nothing" else " ",
        restart=int(restart[:3]) if restart.isdecimal() else None,
        legal=bool(switch(element, "w:isLgl")),
        style=value(element, "w:pStyle"),
        font="" if fonts is None else fonts.get(qualified("w:ascii"), ""),
    )


def written_number(number: int, form: str) -> str:
    """A number in one of Word's formats: "lowerRoman", "upperLetter", "ordinal"."""
    return _written(number, _Level(format=form))


def _written(number: int, level: _Level) -> str:
    form = level.format
    if form == "none":
        return ""
    if form in ("upperLetter", "lowerLetter"):
        letters = _letters(number)
        return letters.upper() if form == "upperLetter" else letters
    if form in ("upperRoman", "lowerRoman"):
        return _roman(number).upper() if form == "upperRoman" else _roman(number)
    if form in ("ordinal", "cardinalText", "ordinalText"):
        return _in_words(number, form)
    if form == "chicago" and number > 0:
        return _CHICAGO[(number - 1) % 4] * min((number - 1) // 4 + 1, 9)
    if form == "decimalEnclosedCircle" and 0 < number <= 20:
        return chr(0x245F + number)
    return (
        f"({number})"
        if form == "decimalEnclosedParen"
        else str(number).zfill(2 if form == "decimalZero" else level.zeros)
    )


def _letters(number: int) -> str:
    """Letters as numbers: a to z, aa to zz, aaa and so on."""
    return chr(97 + (number - 1) % 26) * min((number - 1) // 26 + 1, 50) if number > 0 else ""


def _roman(number: int) -> str:
    numeral = ""
    for value_of, letters in _ROMAN:
        numeral += letters * (number // value_of)
        number %= value_of
    return numeral


def _in_words(number: int, form: str) -> str:
    if form == "ordinal":
        ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"
    if number > 99:
        return str(number)
    words = _cardinal(number)
    if form == "ordinalText":
        head, dash, last = words.rpartition("-")
        last = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
        words = f"{head}{dash}{last}"
    return words.capitalize()


def _cardinal(number: int) -> str:
    if number < 20:
        return _ONES[number]
    return _TENS[number // 10 - 2] + (f"-{_ONES[number % 10]}" if number % 10 else "")
