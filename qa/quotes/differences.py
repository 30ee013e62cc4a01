"""The part of a text that is most like a quote, and the words in which they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from index.ranking.unspaced import RANGES, spaced
from qa.quotes.alike import is_alike, plain, plain_with_offsets
from qa.types import Difference

_LETTER = rf"[^\W{RANGES}]"
# With the signs inside it; other signs are words of their own, and so are the characters of scripts without spaces.
_WORD = re.compile(rf"[{RANGES}]|{_LETTER}+(?:[^\w\s{RANGES}]+{_LETTER}+)*|[^\w\s]")
_MORE_WORDS = 8  # that are compared on either side of the part that is most alike

Range = tuple[int, int]


def likeness(quote: str, found: str) -> float:
    """How like each other two texts are, 0 to 1. That a letter is a capital in one of them only counts half."""
    ours, theirs = plain(quote), plain(found)
    return (fuzz.ratio(ours, theirs) + fuzz.ratio(ours.lower(), theirs.lower())) / 200


def share_a_word(quote: str, found: str) -> bool:
    """Whether a word stands in both texts, in capital or small letters."""
    ours, theirs = (set(re.findall(r"\w+", spaced(plain(text).lower()))) for text in (quote, found))
    return not ours.isdisjoint(theirs)


def nearest_likeness(quote: str, text: str, least: float = 0.0) -> float:
    """How like a quote the nearest part of a text is, both plain, 0 to 1; 0 if it is less than ``least``.

    Capital and small letters are alike.
    """
    return fuzz.partial_ratio(quote.lower(), text.lower(), score_cutoff=100 * least) / 100


def nearest_part(quote: str, text: str) -> Range:
    """The range of whole words in a text that is most like the quote."""
    wanted, (within, offsets) = plain(quote), plain_with_offsets(text)
    words = [found.span() for found in _WORD.finditer(within)]
    if not words:
        return 0, 0
    low, high = 0, len(within)
    if len(wanted) < len(within):
        alignment = fuzz.partial_ratio_alignment(wanted.lower(), _lower(within))
        if alignment is not None:
            low, high = alignment.dest_start, alignment.dest_end
    touched = [place for place, (start, end) in enumerate(words) if start < high and end > low] or [0]
    first, last = max(0, touched[0] - _MORE_WORDS), min(len(words), touched[-1] + 1 + _MORE_WORDS)
    there = [within[start:end].lower() for start, end in words[first:last]]
    kept = _without_ends(_WORD.findall(wanted.lower()), there)
    return offsets[words[first + kept[0]][0]], offsets[words[first + kept[1] - 1][1] - 1] + 1


def differing_words(quote: str, found: str) -> tuple[Difference, ...]:
    """The words of the quote and of the text that was found for it that differ, in order."""
    ours = [match.span() for match in _WORD.finditer(quote)]
    theirs = [match.span() for match in _WORD.finditer(found)]
    return tuple(
        Difference(quote[slice(*ours_at)], found[slice(*theirs_at)], *ours_at, *theirs_at)
        for ours_at, theirs_at in (
            (_extent(ours, a, b), _extent(theirs, c, d))
            for a, b, c, d in _changes(_plain_words(quote, ours), _plain_words(found, theirs))
        )
        if not is_alike(plain(quote[slice(*ours_at)]), plain(found[slice(*theirs_at)]))
    )


def _lower(text: str) -> str:
    """The text in small letters if that keeps its length."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text


def _without_ends(quote: Sequence[str], words: Sequence[str]) -> Range:
    """The range of the words that stand for the quote: at its ends no more differ than words of the quote do."""
    changes = list(_changes(quote, words))
    first, last = 0, len(words)
    if changes:
        a, b, c, d = changes[0]
        if a == c == 0:
            first = max(0, d - (b - a))
        elif a == b and words[d - a : d] == quote[:a]:  # its first words stand right before the rest, too
            first = d - a
        a, b, c, d = changes[-1]
        after = len(quote) - b
        if (b, d) == (len(quote), len(words)):
            last = min(d, max(c, first) + b - a)
        elif a == b and c >= first and words[c : c + after] == quote[b:]:  # as with the first words
            last = c + after
    return (first, last) if first < last else (0, len(words))


def _changes(quote: Sequence[str], words: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """The ranges of words, in the quote and in the text, that differ; neighbouring ones are one."""
    a = c = 0
    for block in Indel.opcodes(quote, words).as_matching_blocks():
        if block.a > a or block.b > c:
            yield a, block.a, c, block.b
        a, c = block.a + block.size, block.b + block.size


def _plain_words(text: str, places: Sequence[Range]) -> list[str]:
    return [plain(text[slice(*place)]) for place in places]


def _extent(places: Sequence[Range], first: int, last: int) -> Range:
    """From the first to the last of some words; for none of them, the place between their neighbours."""
    if first < last:
        return places[first][0], places[last - 1][1]
    place = places[first][0] if first < len(places) else (places[-1][1] if places else 0)
    return place, place
