"""Equations of Office Open XML as a line of text: ``x = (a + b)/2``, ``√(x² + 1)``."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from index.loaders.formats.open_xml.equation_fields import operand
from index.loaders.formats.open_xml.package import Element, qualified
from index.loaders.scripts import subscript, superscript

PARTS = frozenset(qualified(f"m:{name}") for name in ("e", "sup", "sub", "num", "den", "deg", "lim"))

_VALUE = qualified("m:val")
_TEXT = frozenset({qualified("m:t"), qualified("w:t")})
_DELETED = frozenset({qualified("w:del"), qualified("w:moveFrom")})


def linear(equation: Element) -> str:
    """The linear text of an ``m:oMath`` element or of a part of one."""
    if equation.tag in _TEXT:
        return equation.text or ""
    if equation.tag in _DELETED:
        return ""
    write = _WRITERS.get(etree.QName(equation).localname)
    return write(equation) if write else "".join(linear(child) for child in equation)


def _part(element: Element, name: str) -> str:
    child = element.find(qualified(f"m:{name}"))
    return "" if child is None else linear(child).strip()


def _property(element: Element, name: str, default: str) -> str:
    properties = element.find(qualified(f"m:{etree.QName(element).localname}Pr"))
    child = None if properties is None else properties.find(qualified(f"m:{name}"))
    return default if child is None else child.get(_VALUE, "")


def _fraction(element: Element) -> str:
    return f"{operand(_part(element, 'num'))}/{operand(_part(element, 'den'))}"


def _root(element: Element) -> str:
    degree = _part(element, "deg")
    return f"{superscript(degree) if degree else ''}√{operand(_part(element, 'e'))}"


def _scripts(element: Element) -> str:
    below, above = _part(element, "sub"), _part(element, "sup")
    return f"{_part(element, 'e')}{subscript(below) if below else ''}{superscript(above) if above else ''}"


def _scripts_before(element: Element) -> str:
    return f"{subscript(_part(element, 'sub'))}{superscript(_part(element, 'sup'))}{_part(element, 'e')}"


def _sum(element: Element) -> str:
    below, above = _part(element, "sub"), _part(element, "sup")
    sign = _property(element, "chr", "∫")
    limits = f"{f'_({below})' if below else ''}{f'^({above})' if above else ''}"
    return f"{sign}{limits} {_part(element, 'e')}"


def _brackets(element: Element) -> str:
    inner = _property(element, "sepChr", "|").join(linear(part).strip() for part in element.findall(qualified("m:e")))
    return f"{_property(element, 'begChr', '(')}{inner}{_property(element, 'endChr', ')')}"


def _function(element: Element) -> str:
    return f"{_part(element, 'fName')} {operand(_part(element, 'e'))}"


def _limit(element: Element) -> str:
    mark = "_" if etree.QName(element).localname == "limLow" else "^"
    return f"{_part(element, 'e')}{mark}({_part(element, 'lim')})"


def _matrix(element: Element) -> str:
    rows = (", ".join(linear(cell).strip() for cell in row) for row in element.findall(qualified("m:mr")))
    return f"[{'; '.join(rows)}]"


def _lines(element: Element) -> str:
    return "; ".join(linear(line).strip() for line in element.findall(qualified("m:e")))


_WRITERS: dict[str, Callable[[Element], str]] = {
    "f": _fraction,
    "rad": _root,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _scripts_before,
    "nary": _sum,
    "d": _brackets,
    "func": _function,
    "limLow": _limit,
    "limUpp": _limit,
    "m": _matrix,
    "eqArr": _lines,
}
