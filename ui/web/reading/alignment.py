"""Where the words that are drawn on a PDF's page stand in the document's text. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

# These divide words at a line's end; the document's text has the whole word.
HYPHENS = frozenset("-\u00ad\u2010\u2011\u0002\ufffe")
PASSES = 3  # of comparing what is left, because a page's text may have its columns or its foot in another order
LARGEST = 4 * 10**8  # product of the lengths that are compared; comparing takes an eighth of it in bytes


@dataclass(frozen=True, slots=True)
class Condensed:
    """A text in NFKC without white space, controls and hyphens."""

    text: str
    offsets: Sequence[int]  # of each character in the text it was

    @classmethod
    def of(cls, text: str) -> Condensed:
        """``text`` condensed."""
        kept = [(part, offset) for offset, character in enumerate(text) for part in _parts(character)]
        return cls("".join(part for part, _ in kept), [offset for _, offset in kept])

    def __len__(self) -> int:
        return len(self.text)

    def picked(self, positions: Sequence[int]) -> Condensed:
        """The characters at these positions."""
        return Condensed("".join(self.text[k] for k in positions), [self.offsets[k] for k in positions])


def _parts(character: str) -> Iterator[str]:
    if character in HYPHENS:
        return
    for part in unicodedata.normalize("NFKC", character):
        if not part.isspace() and unicodedata.category(part)[0] != "C":
            yield part


def places_of_words(words: Sequence[str], text: str) -> list[tuple[int, int] | None]:
    """The range ``(start, end)`` of each drawn word in ``text``; None where its characters do not stand together there.

    The words are in the order in which they are drawn. A word that is divided by a hyphen at a line's end is two words
    here, and has two ranges that touch.
    """
    owners: list[int] = []  # the word of each character
    drawn: list[str] = []
    for number, word in enumerate(words):
        characters = Condensed.of(word).text
        drawn.append(characters)
        owners.extend([number] * len(characters))
    places: list[tuple[int, int] | None] = [None] * len(words)
    left, there = Condensed("".join(drawn), range(len(owners))), Condensed.of(text)
    for _ in range(PASSES):
        if not left or not there or len(left) * len(there) > LARGEST:
            break
        found = dict(_matched(left.text, there.text))
        used = _place_whole_words(owners, drawn, left, there, found, places)
        if not used:
            break
        taken = set(used)
        left = left.picked([k for k in range(len(left)) if places[owners[left.offsets[k]]] is None])
        there = there.picked([k for k in range(len(there)) if k not in taken])
    return places


def _matched(drawn: str, text: str) -> Iterator[tuple[int, int]]:
    """Positions of the same characters in both, of a longest common subsequence."""
    if drawn == text:
        yield from zip(range(len(drawn)), range(len(text)), strict=True)
        return
    for step in LCSseq.opcodes(drawn, text):
        if step.tag == "equal":
            yield from zip(range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=True)


def _place_whole_words(
    owners: Sequence[int],
    drawn: Sequence[str],
    left: Condensed,
    there: Condensed,
    found: dict[int, int],
    places: list[tuple[int, int] | None],
) -> list[int]:
    """Note the places of the words all of whose characters were matched together; the positions that they take."""
    used: list[int] = []
    at = 0
    while at < len(left):
        number = owners[left.offsets[at]]
        size = len(drawn[number])
        matched = [found.get(k, -1) for k in range(at, at + size)]
        if matched[0] >= 0 and matched == list(range(matched[0], matched[0] + size)):
            places[number] = (there.offsets[matched[0]], there.offsets[matched[-1]] + 1)
            used.extend(matched)
        at += size
    return used
