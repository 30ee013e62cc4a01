"""What the elements of HTML are for: which are hidden, which begin lines, and how list items are numbered."""

from __future__ import annotations

import re
from typing import Any

Element = Any  # an element of lxml, which has no type information

LINE, PARAGRAPH = 1, 2  # line feeds between two blocks
GAPS = {
    **dict.fromkeys(
        "address article aside body caption center dd dialog dir div dt fieldset figcaption footer form frameset header"
        " hgroup html legend li main noframes optgroup option search section select summary tbody td textarea tfoot th"
        " thead tr".split(),
        LINE,
    ),
    **dict.fromkeys(
        "blockquote details dl figure h1 h2 h3 h4 h5 h6 hr listing menu ol p plaintext pre table ul xmp".split(),
        PARAGRAPH,
    ),
}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
LISTS = frozenset("dir menu ol ul".split())
PREFORMATTED = frozenset("listing plaintext pre textarea xmp".split())
BESIDE_TEXT = frozenset("button label".split())  # on a line of their own, except within a sentence
CHOICES = frozenset("optgroup option select".split())
UNCHOSEN = "unchosen"  # the value of ``hidden`` of the options that a closed menu does not show
_UNSEEN = frozenset(
    "annotation annotation-xml applet audio canvas col colgroup datalist embed head iframe meter noscript object"
    " progress rp script style template title video".split()
)
_STRUCK = frozenset("del s strike".split())
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_STRUCK_STYLE = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE)
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)\b", re.IGNORECASE)
_ROMAN = {"m": 1000, "cm": 900, "d": 500, "cd": 400, "c": 100, "xc": 90, "l": 50, "xl": 40, "x": 10, "ix": 9, "v": 5}
_ROMAN |= {"iv": 4, "i": 1}


def name(element: Element) -> str:
    """The element's name in lower case; empty for what is no element."""
    return element.tag.lower() if isinstance(element.tag, str) else ""


def is_unseen(tag: str, element: Element) -> bool:
    """Whether a browser shows nothing of an element, and the text in it is not the document's."""
    return tag in _UNSEEN or (tag == "span" and element.get("class") == "katex-html")  # the same formula a second time


def omission(tag: str, element: Element) -> str | None:
    """What an element is whose text is left out, with {} for the plural's ending; None for one that is read."""
    style = element.get("style") or ""
    if tag == "option" and element.get("hidden") == UNCHOSEN:
        return "unchosen option{}"
    if element.get("hidden", "until-found") != "until-found" or _HIDDEN_STYLE.search(style):
        return "hidden part{}"
    if tag == "dialog" and element.get("open") is None:
        return "hidden part{}"
    if tag in _STRUCK or (style and _STRUCK_STYLE.search(style)):
        return "struck-out passage{}"
    if tag == "nav":
        return "navigation bar{}"
    if tag == "svg":
        return "drawing{}"
    quoted = tag == "footer" and name(element.getparent()) in ("blockquote", "figure")
    return "footer{}" if tag == "footer" and not quoted else None


def has_text(element: Element) -> bool:
    """Whether any text is in an element."""
    return any(not words.isspace() for words in element.itertext())


def gap(tag: str, element: Element) -> int:
    """How many line feeds separate an element from what is around it; 0 for one within a line."""
    if tag in BESIDE_TEXT:
        return LINE
    if tag in CHOICES and is_menu(element):
        return 0
    style = element.get("style")
    return GAPS.get(tag) or (LINE if style and _BLOCK_STYLE.search(style) else 0)


def is_menu(element: Element) -> bool:
    """Whether a select element, or an option or a group of one, is a closed menu."""
    while name(element) in ("optgroup", "option"):
        element = element.getparent()
    is_list = element is None or element.get("multiple") is not None or integer(element.get("size"), 1) > 1
    return not is_list and name(element) == "select"


def integer(words: str | None, default: int) -> int:
    """The integer that an attribute contains, at most 9 digits long."""
    match = re.match(r"\s*([+-]?\d{1,9})", words or "", re.ASCII)
    return int(match[1]) if match else default


def list_number(number: int, style: str) -> str:
    """The number of an item in a list of type ``1``, ``a``, ``A``, ``i`` or ``I``."""
    if style in ("a", "A") and number > 0:
        return _letters(number) if style == "a" else _letters(number).upper()
    if style in ("i", "I") and 0 < number < 4000:
        return _roman(number) if style == "i" else _roman(number).upper()
    return str(number)


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters


def _roman(number: int) -> str:
    digits = ""
    for digit, value in _ROMAN.items():
        count, number = divmod(number, value)
        digits += digit * count
    return digits
