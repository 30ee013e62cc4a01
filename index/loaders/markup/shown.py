"""The text that a browser shows of a page, in a crude form that nobody reads: to count what was taken out."""

from __future__ import annotations

from index.loaders.description.coverage import all_text_in
from index.loaders.markup.elements import Element, gap, is_unseen, name, omission

_FORMULAS = frozenset("mfrac mover mroot msub msubsup msup munder munderover".split())  # of parts that stand apart
_APART = frozenset("br img input sub sup".split())


def shown_text(root: Element) -> str:
    """The words in an element that a browser shows and no rule leaves out, with spaces between blocks."""
    return all_text_in(root, _is_apart, _is_left_out)


def _is_apart(element: Element) -> bool:
    tag = name(element)
    return tag in _APART or gap(tag, element) > 0 or (tag.startswith("m") and name(element.getparent()) in _FORMULAS)


def _is_left_out(element: Element) -> bool:
    tag = name(element)
    return is_unseen(tag, element) or omission(tag, element) is not None
