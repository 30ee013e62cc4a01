"""What a page's own stylesheets hide: elements that simple selectors of classes and identifiers match.

A part that may be shown after all is not hidden: one whose class is shown by another rule, as tabs are, or is named in
a script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from index.loaders.markup.elements import Element

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_PIECE = re.compile(r"[^{};]*[{};]")
_COMPOUND = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)+)", re.IGNORECASE)
_SIMPLE = re.compile(r"[.#][\w-]+")
_HIDES = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
_SHOWS = re.compile(r"(?:^|[;\s])(?:display\s*:(?!\s*none)|visibility\s*:\s*visible)", re.IGNORECASE)
_SCREEN = re.compile(r"\b(?:all|screen)\b", re.IGNORECASE)
_MOST = 500  # selectors that hide


class _Selector(NamedTuple):
    tag: str  # empty for any element
    names: frozenset[str]  # ".class" and "#identifier"


def hide_by_stylesheets(root: Element) -> None:
    """Set the attribute ``hidden`` on the elements that the stylesheets in a page hide, whatever shows them."""
    sheets = [style for style in root.iter("style") if _SCREEN.search(style.get("media") or "all")]
    rules = [rule for sheet in sheets for rule in _rules("".join(sheet.itertext()))]
    hiding = [selector for selectors, body in rules if _HIDES.search(body) for selector in _compounds(selectors)]
    if not hiding:
        return
    shown = {name for selectors, body in rules if _SHOWS.search(body) for name in _SIMPLE.findall(selectors)}
    scripts = " ".join("".join(script.itertext()) for script in root.iter("script"))
    named = {f"{sign}{word}" for word in set(re.findall(r"[\w-]+", scripts)) for sign in ".#"}
    by_name: dict[str, list[_Selector]] = {}
    for selector in hiding[:_MOST]:
        if selector.names.isdisjoint(shown | named):
            by_name.setdefault(min(selector.names), []).append(selector)
    if by_name:
        _hide(root, by_name)


def _hide(root: Element, by_name: dict[str, list[_Selector]]) -> None:
    for element in root.iter("*"):
        names = {f".{word}" for word in (element.get("class") or "").split()}
        names |= {f"#{element.get('id')}"} if element.get("id") else set()
        found = (selector for one in names for selector in by_name.get(one, ()))
        if not any(s.names <= names and s.tag in ("", element.tag.lower()) for s in found):
            continue
        if not _SHOWS.search(element.get("style") or ""):
            element.set("hidden", "")


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the rules of a stylesheet that hold on a screen, whatever its size."""
    depth, selectors, body = 0, "", ""
    for piece in _PIECE.findall(_COMMENT.sub(" ", sheet)):
        words, sign = piece[:-1], piece[-1]
        if sign == "{":
            depth += 1
            if depth == 1:
                selectors, body = words.strip(), ""
        elif depth == 1:
            body += f"{words};"
        if sign == "}":
            if depth == 1 and not selectors.startswith("@"):
                yield selectors, body
            depth = max(0, depth - 1)


def _compounds(selectors: str) -> Iterator[_Selector]:
    for selector in selectors.split(","):
        match = _COMPOUND.fullmatch(selector.strip())
        if match:
            yield _Selector((match[1] or "").lower(), frozenset(_SIMPLE.findall(match[2])))
