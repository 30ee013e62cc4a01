"""The address of a span in links, with a checksum of the span's text when the link was made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anchor:
    """``text[start:end]`` of one document. An empty ``checksum`` matches any text."""

    document: int
    start: int
    end: int
    checksum: str = ""

    @classmethod
    def of(cls, document: int, start: int, quote: str) -> Anchor:
        """The anchor of ``quote``, which begins at ``start``."""
        return cls(document, start, start + len(quote), checksum(quote))

    @property
    def href(self) -> str:
        """The fragment that opens the viewer at this span."""
        return f"#source/{self.document}/{self.start}-{self.end}" + (f".{self.checksum}" if self.checksum else "")

    def matches(self, text: str) -> bool:
        """Whether the document's ``text`` still has the same words there."""
        return not self.checksum or checksum(text[self.start : self.end]) == self.checksum


def checksum(quote: str) -> str:
    """The first eight hexadecimal digits of the SHA-256 of ``quote``."""
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:8]
