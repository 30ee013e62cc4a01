"""A line of text as HTML has it: white space collapses, except where it is preformatted."""

from __future__ import annotations

import re
from collections.abc import Callable

_SPACES = re.compile(r"[ \t\n\r\f\xa0]+")  # a no-break space looks like any other


class Line:
    """The text of one block so far; it may contain line feeds."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._ends_in_space = True

    @property
    def position(self) -> int:
        """A mark of this place in the line, for ``change``."""
        return len(self._parts)

    def flowing(self, text: str) -> None:
        """Append text in which white space collapses to single spaces, also with that before it."""
        if "  " in text or not text.isprintable():
            text = _SPACES.sub(" ", text)
        if self._ends_in_space:
            text = text.lstrip(" ")
        self.verbatim(text)

    def verbatim(self, text: str) -> None:
        """Append text as it is."""
        if text:
            self._parts.append(text)
            self._ends_in_space = text[-1] in " \n"

    def apart(self, words: str) -> None:
        """Append words with a space at both sides."""
        self.flowing(f" {words} ")

    def feed(self) -> None:
        """Append a line feed, without a space before it."""
        if self._parts and self._parts[-1].endswith(" "):
            self._parts[-1] = self._parts[-1].rstrip(" ")
        self.verbatim("\n")

    def change(self, position: int, change: Callable[[str], str]) -> None:
        """Replace the text since ``position``, a mark that was taken earlier."""
        words = "".join(self._parts[position:])
        del self._parts[position:]
        self._ends_in_space = not self._parts or self._parts[-1][-1] in " \n"
        self.verbatim(change(words))

    def take(self) -> str:
        """The text, which is then empty."""
        text = "".join(self._parts)
        self._parts.clear()
        self._ends_in_space = True
        return text
