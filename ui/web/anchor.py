"""A place in a document, as links name it, with a fingerprint of what stood there when the link was made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """``text[start:end]`` of one document. An empty ``check`` vouches for nothing and is never wrong."""

    document: int
    start: int
    end: int
    check: str = ""

    @classmethod
    def of(cls, document: int, start: int, words: str) -> Place:
        """The place where ``words`` begin at ``start``."""
        return cls(document, start, start + len(words), fingerprint(words))

    @property
    def address(self) -> str:
        """The part of a link after the page's own address."""
        return f"#source/{self.document}/{self.start}-{self.end}" + (f".{self.check}" if self.check else "")

    def stands_in(self, text: str) -> bool:
        """Whether the same words stand there still: a document may have changed since the link was made."""
        return not self.check or fingerprint(text[self.start : self.end]) == self.check


def fingerprint(words: str) -> str:
    """Eight hexadecimal digits that other words are unlikely to have."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:8]
