"""The text of an HTML tree as a browser shows it, in blocks on a ``TextBuilder``."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from index.loaders.markup import elements
from index.loaders.markup.elements import LINE, PARAGRAPH, Element
from index.loaders.markup.lines import Line
from index.loaders.markup.tables import data_table, holders
from index.loaders.scripts import subscript, superscript
from index.loaders.text_builder import TextBuilder

_SEPARATORS = ("", "\n", "\n\n")
_BULLET = "- "
_INITIAL = 2  # characters; a picture of so few is a letter of a word, or an emoji
_TYPED_VALUES = frozenset(("", "text", "search", "tel", "url", "email", "number", "date", "time", "submit", "button"))


@dataclass(slots=True)
class _List:
    number: int  # of the next item
    step: int  # 0 for a list with bullets
    style: str
    marked: bool


class Renderer:
    """Renders trees one after the other on ``builder``, and counts what it leaves out."""

    def __init__(self, builder: TextBuilder, *, one_line: bool = False) -> None:
        self.builder = builder
        self.omitted: Counter[str] = Counter()  # by what it is, with {} for the ending of the plural
        self._line = Line()
        self._gap = PARAGRAPH  # before the next block
        self._mark = ""  # of the list item that begins with the next block
        self._lists: list[_List] = []
        self._captures: list[int] = []  # where in the line each open element begins whose text is changed at its end
        self._within_line = int(one_line)  # open elements whose blocks are parts of one line
        self._preformatted = 0
        self._holders: frozenset[Element] = frozenset()  # tables that contain tables

    def render(self, root: Element) -> None:
        """Append the text in an element."""
        if not self._within_line:
            self._holders = holders(root)
        events = etree.iterwalk(root, events=("start", "end"))
        skipped = None
        for event, element in events:
            if event == "start":
                tag = elements.name(element)
                if self._skips(tag, element):
                    skipped = element
                    events.skip_subtree()
                    continue
                self._open(tag, element)
                if element.text:
                    self._text(element.text, tag)
                continue
            if element is skipped:
                skipped = None
            else:
                self._close(elements.name(element), element)
            if element.tail and element is not root:
                self._text(element.tail, elements.name(element.getparent()))
        self._break(PARAGRAPH)

    def left_out(self) -> tuple[str, ...]:
        """What is left out: "1 hidden part", "3 images without text"."""
        counts = ((count, thing) for thing, count in self.omitted.items() if count)
        return tuple(f"{count} {thing.format('s' if count > 1 else '')}" for count, thing in counts)

    def line(self) -> str:
        """The text of an element that was rendered as one line."""
        return self._line.take()

    def _skips(self, tag: str, element: Element) -> bool:
        """Whether nothing in an element is still to be read: it is left out, or a table and appended."""
        if elements.is_unseen(tag, element):
            return True
        if reason := elements.omission(tag, element):
            self.omitted[reason] += elements.has_text(element)
            return True
        return tag == "table" and not self._within_line and self._table(element)

    def _table(self, table: Element) -> bool:
        """Append a table of data; False for one that only arranges the page."""
        omitted: Counter[str] = Counter()
        grids = data_table(table, lambda cell: _one_line(cell, omitted), holds_tables=table in self._holders)
        if grids is None:
            return False
        self.omitted += omitted
        self._break(PARAGRAPH)
        for grid in grids:
            self.builder.add_table(grid)
        return True

    def _open(self, tag: str, element: Element) -> None:
        if gap := self._gap_at(tag, element, before=True):
            self._break(gap)
        if opening := _OPENINGS.get(tag):
            opening(self, element)
        elif tag in elements.LISTS:
            self._lists.append(_list_of(tag, element))
        elif tag in elements.HEADINGS:
            self._within_line += 1
        if tag in elements.PREFORMATTED:
            self._preformatted += 1
        if _change(tag, element):
            self._captures.append(self._line.position)
            self._within_line += 1

    def _close(self, tag: str, element: Element) -> None:
        if change := _change(tag, element):
            self._within_line -= 1
            self._line.change(self._captures.pop(), change)
        if tag in elements.PREFORMATTED:
            self._preformatted -= 1
        if tag in elements.HEADINGS:
            self._within_line -= 1
            if not self._within_line:
                self._heading(elements.HEADINGS[tag])
        if gap := self._gap_at(tag, element, before=False):
            self._break(gap)
        if tag in elements.LISTS:
            self._lists.pop()
        elif tag == "li":
            self._mark = ""
        elif tag == "option":
            self._line.flowing(" ")

    def _gap_at(self, tag: str, element: Element, *, before: bool) -> int:
        """The gap at an element's start or end."""
        gap = elements.gap(tag, element)
        if tag in elements.BESIDE_TEXT:
            beside = _text_before(element) if before else element.tail
            return 0 if (beside or "").strip() else gap
        if tag == "dt" and before and (previous := element.getprevious()) is not None and previous.tag != element.tag:
            gap = PARAGRAPH
        return min(gap, LINE) if self._lists and tag not in elements.HEADINGS else gap

    def _text(self, text: str, parent: str) -> None:
        if self._preformatted:
            self._line.verbatim(text)
        elif not (parent in _FORMULAS and text.isspace()):
            self._line.flowing(text)

    def _break(self, gap: int) -> None:
        """End the block, so that at least ``gap`` line feeds precede the next one."""
        if self._within_line:
            self._line.flowing(" ")
            return
        block = self._line.take()
        if block.strip():
            block = self._mark + block.strip() if self._mark else block
            self.builder.add(block, _SEPARATORS[self._gap], indented=True)
            self._mark, self._gap = "", 0
        self._gap = max(self._gap, gap)

    def _heading(self, level: int) -> None:
        title = self._line.take()
        if title.strip():
            self.builder.add_heading(level, self._mark.removeprefix(_BULLET) + title, _SEPARATORS[self._gap])
            self._mark, self._gap = "", 0

    def _item(self, element: Element) -> None:
        if self._within_line and not self._lists:
            return
        around = self._lists[-1] if self._lists else _List(1, 0, "1", True)
        if around.step:
            around.number = elements.integer(element.get("value"), around.number)
            number = elements.list_number(around.number, element.get("type") or around.style)
            mark = f"{number}. "
            around.number += around.step
        else:
            mark = "" if self._within_line else _BULLET
        if not around.marked:
            return
        if self._within_line:
            self._line.flowing(mark)
        else:
            self._mark += mark

    def _image(self, element: Element) -> None:
        words = element.get("alt")
        if words is None:
            self.omitted["image{} without text"] += 1
        elif len(words) > _INITIAL:
            self._line.apart(words)
        else:
            self._line.flowing(words)

    def _input(self, element: Element) -> None:
        kind = (element.get("type") or "").lower()
        if kind in ("checkbox", "radio"):
            self._line.apart("☐" if element.get("checked") is None else "☑")
        elif kind == "image":
            self._line.apart(element.get("alt") or "")
        elif kind in _TYPED_VALUES:
            self._line.apart(element.get("value") or "")

    def _option(self, element: Element) -> None:
        if elements.is_menu(element):
            self._line.flowing(" ")
        else:
            self._line.apart("☐" if element.get("selected") is None else "☑")
        if not elements.has_text(element):
            self._line.flowing(element.get("label") or "")

    def _group(self, element: Element) -> None:
        if not elements.is_menu(element):
            self._line.flowing(element.get("label") or "")

    def _new_line(self, element: Element) -> None:
        if self._within_line:
            self._line.flowing(" ")
        else:
            self._line.feed()


_OPENINGS: dict[str, Callable[[Renderer, Element], None]] = {
    "li": Renderer._item,
    "img": Renderer._image,
    "input": Renderer._input,
    "br": Renderer._new_line,
    "option": Renderer._option,
    "optgroup": Renderer._group,
}


def _one_line(cell: Element, omitted: Counter[str]) -> str:
    """The text of a table's cell."""
    renderer = Renderer(TextBuilder(), one_line=True)
    renderer.render(cell)
    omitted += renderer.omitted
    return renderer.line().strip()


def _list_of(tag: str, element: Element) -> _List:
    marked = re.search(r"list-style[\w-]*\s*:[^;]*none", element.get("style") or "") is None
    if tag != "ol":
        return _List(1, 0, "1", marked)
    backwards = element.get("reversed") is not None
    first = len(element.findall("li")) if backwards else 1
    return _List(
        elements.integer(element.get("start"), first), -1 if backwards else 1, element.get("type") or "1", marked
    )


def _text_before(element: Element) -> str | None:
    previous = element.getprevious()
    if previous is not None:
        return str(previous.tail or "")
    parent = element.getparent()
    return str(parent.text or "") if parent is not None else None


_CHANGES: dict[str, Callable[[str], str]] = {
    "sup": superscript,
    "sub": subscript,
    "rt": lambda words: f"({words.strip()})" if words.strip() else "",
    "q": lambda words: f"“{words}”",
    "msqrt": lambda words: f"√({words})",
}
# Elements of MathML whose text is in their children, and what becomes of the second and third of those.
_FORMULAS: dict[str, tuple[Callable[[str], str], ...]] = {
    **dict.fromkeys("math mrow mstyle msqrt mpadded mtable mtr mtd mfenced menclose semantics".split(), ()),
    **dict.fromkeys(("msup", "mover"), (str, superscript)),
    **dict.fromkeys(("msub", "munder"), (str, subscript)),
    **dict.fromkeys(("msubsup", "munderover"), (str, subscript, superscript)),
    "mfrac": (lambda words: f"({words}", lambda words: f"/{words})"),
    "mroot": (lambda words: f"√({words})", lambda words: f"^(1/{words})"),
}


def _change(tag: str, element: Element) -> Callable[[str], str] | None:
    """What becomes of an element's text, for elements that change it."""
    if change := _CHANGES.get(tag):
        return change
    parent = element.getparent()
    changes = _FORMULAS.get(elements.name(parent)) if tag.startswith("m") and parent is not None else None
    if not changes:
        return None
    position = sum(1 for _ in itertools.islice(element.itersiblings(preceding=True), len(changes)))
    return changes[position] if position < len(changes) and changes[position] is not str else None
