"""How much of a file's text was taken out, by a crude count of its words that knows nothing of how it is read."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import replace
from typing import Any

from lxml import etree

from index.loaders.base import Parsed
from index.reports import LEAST_COVERAGE

Element = Any  # an element of lxml, which has no type information

_FEW = 40  # missing characters of which nobody is warned
_NAMED = 6  # missing words in a warning
_DIVIDED = re.compile(r"[-\u00ad]\s*\n\s*|\u00ad")  # a word at the end of a line, or where it may be divided
_MAY_DIVIDE = re.compile("-[ \t\r]*\n|\u00ad")
_PARTS = re.compile(r"(?<![^\W_])([^\W_]+)[-\u00ad][^\S\n]*\n\s*([^\W_]+)")
_SCRIPTS = re.compile(
    r"[\u00aa\u00b2\u00b3\u00b9\u00ba\u02b0-\u02b8\u1d2c-\u1d61\u1d9c-\u1dbf\u2070-\u207f\u2c7d]+"
    r"|[\u1d62-\u1d6a\u2080-\u209c\u2c7c]+"
)
_ORDINAL = re.compile(r"(?<=\d)(?=(?:st|nd|rd|th)\b)")  # before an ending that may be raised
_WORD = re.compile(r"[^\W_]+")


def measured(parsed: Parsed, counted: str, left: str = "", *, joined: bool = False) -> Parsed:
    """The parsed file with its coverage of the ``counted`` text, and a warning if much of that is missing.

    ``left`` is text that a rule leaves out. Words are compared with the number of times that they occur, whatever their
    order. Superscripts are words of their own unless they are ``joined`` to the word before in the counted text.
    """
    if counted == parsed.text:  # most text files, whose words need not be counted
        return replace(parsed, coverage=1.0)
    theirs, ours = _tokens(counted), _tokens(f"{parsed.text}\n{left}")
    lacking, further = _words(theirs - ours), _words(ours - theirs, apart=not joined)
    missing, more = lacking - further, further - lacking
    if not missing:
        return replace(parsed, coverage=1.0)
    for first, second in _PARTS.findall(counted):  # words that keep their hyphen where they are read
        if missing[first + second] > 0 and more[first] > 0 and more[second] > 0:
            missing[first + second] -= 1
            more[first], more[second] = more[first] - 1, more[second] - 1
    lost = sum(len(word) * count for word, count in missing.items())
    coverage = 1 - lost / sum(len(word) * count for word, count in _words(theirs).items())
    if coverage >= LEAST_COVERAGE or lost < _FEW:
        return replace(parsed, coverage=coverage)
    named = ", ".join(sorted(missing, key=lambda word: -len(word) * missing[word])[:_NAMED])
    warning = f"{coverage:.0%} of its text was read; missing are {lost:,} characters, in words such as {named}"
    return replace(parsed, coverage=coverage, warnings=(*parsed.warnings, warning))


def text_in(
    root: Element, texts: Container[str], is_break: Callable[[Element], bool], passed: Callable[[Element], bool]
) -> str:
    """The text of all elements called one of ``texts``, in order, with spaces around those that ``is_break``.

    Elements for which ``passed`` is true are left out whole.
    """
    found: list[str] = []
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if event == "start" and passed(element):
            events.skip_subtree()
        elif event == "start" and element.tag in texts:
            found.append(element.text or "")
        elif is_break(element):
            found.append(" ")
    return "".join(found)


def all_text_in(root: Element, is_break: Callable[[Element], bool], passed: Callable[[Element], bool]) -> str:
    """All the text in an element, with spaces around those that ``is_break``, and without those that are ``passed``."""
    found: list[str] = []
    skipped: Element | None = None
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if event == "start" and (not isinstance(element.tag, str) or passed(element)):
            skipped = element
            events.skip_subtree()
        elif event == "start":
            found += [" " if is_break(element) else "", element.text or ""]
        else:
            found += [" " if element is skipped or is_break(element) else "", element.tail or ""]
            skipped = None
    return "".join(found)


def _tokens(text: str) -> Counter[str]:
    """What stands between white space in a text, divided words joined, with the number of times that it occurs."""
    return Counter((_DIVIDED.sub("", text) if _MAY_DIVIDE.search(text) else text).split())


def _words(tokens: Counter[str], *, apart: bool = False) -> Counter[str]:
    """The words in tokens, each looked at once; superscripts are words of their own if they are ``apart``."""
    words: Counter[str] = Counter()
    for token, count in tokens.items():
        if token[0].isdigit() and not token.isdigit():
            token = _ORDINAL.sub(" ", token)
        if token.isascii():
            found = (token,) if token.isalnum() else _WORD.findall(token)
        else:
            shown = _SCRIPTS.sub(r" \g<0> ", token) if apart else token
            found = _WORD.findall(unicodedata.normalize("NFKC", shown))
        for word in found:
            words[word] += count
    return words
