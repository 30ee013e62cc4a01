"""Summaries of documents in their own words: key sentences, outline, and the dates, amounts and names in the text.

Key sentences are chosen by centrality (the mean cosine of a sentence with the others, as in LexRank, Erkan and Radev
2004), with a prior for the beginning of a document and of a section, and one after another with a penalty for
repeating (maximal marginal relevance, Carbonell and Goldstein 1998).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from index import Chunk, Document, Embedder
from qa.conversation.replies import Summary
from qa.text import sentences
from qa.types import Citation

_FEWEST, _MOST = 5, 8  # key sentences
_EMBEDDED = 120  # sentences of a document whose vectors are compared
_SHORTEST, _LONGEST = 5, 60  # words of a key sentence
_REPEATING = 0.6  # the penalty for the cosine with a sentence that is chosen already
_BEGINNING, _SECTION, _FACTS = 0.12, 0.06, 0.04  # priors, in cosines
_OUTLINE, _LISTED = 12, 8
_PIECE = 3_000  # characters that are cut into sentences at once; some texts take time quadratic in that
_PIECES = 70  # of a document that are looked at for key sentences
SCANNED = 2_000_000  # characters of a document in which dates, amounts, names and definitions are looked for
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
DATE = re.compile(
    rf"\b(?:\d{{1,2}}\.? (?:{_MONTHS})\.? \d{{4}}|(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?, \d{{4}}"
    rf"|(?:{_MONTHS}) \d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}\.\d{{1,2}}\.\d{{4}})\b"
)
AMOUNT = re.compile(
    r"(?:\b(?:EUR|USD|GBP|CHF|CAD|AUD|SEK|NOK|DKK|PLN|JPY)\s?\d[\d.,]*\b"
    r"|[€$£¥]\s?\d(?:[\d.,]*\d)?(?:\s?(?:million|billion|thousand|m|bn|k|M|B|K))?\b"
    r"|\b\d[\d.,]{0,30}\s?(?:(?:million|billion|thousand) )?(?:euros?|dollars?|pounds|francs|EUR|USD|GBP|CHF|%|percent"
    r"|per cent|days|weeks|months|years|hours|minutes|km|kg)(?!\w))"
)
_MARK = re.compile(r"[-–•*●▪·]\s+")
_NAME = re.compile(
    r"(?<![.!?:] )(?<!^)(?<!\n)\b[A-Z][\w’'-]{1,40}(?: (?:(?:of|the|and|de|von|van) )?[A-Z][\w’'-]{1,40})+"
)


def summarise(document: Document, document_id: int, chunks: Sequence[Chunk], embedder: Embedder) -> Summary:
    """The summary of a document; ``chunks`` are its passages in order."""
    text = document.text
    chosen = key_sentences(document, embedder)
    body = text[document.body_start : document.body_start + SCANNED]
    return Summary(
        document_id=document_id,
        path=document.path,
        title=document.title,
        sentences=tuple(_cited(document, document_id, chunks, start, end) for start, end in chosen),
        outline=tuple(heading.title for heading in document.headings if heading.title != document.title)[:_OUTLINE],
        dates=_listed(DATE, body),
        amounts=_listed(AMOUNT, body),
        names=_frequent(_NAME, body),
    )


def key_sentences(document: Document, embedder: Embedder) -> list[tuple[int, int]]:
    """The ranges of five to eight sentences (or of all, if there are fewer), in the document's order."""
    found = _candidates(document)
    wanted = min(len(found), max(_FEWEST, min(_MOST, round(len(found) ** 0.5))))
    if len(found) <= wanted:
        return found
    compared = [found[k] for k in np.linspace(0, len(found) - 1, min(_EMBEDDED, len(found))).astype(int)]
    vectors = embedder.encode([document.text[start:end] for start, end in compared]).astype(np.float64)
    likeness = vectors @ vectors.T
    scores = likeness.mean(axis=1) + _priors(document, compared)
    return [compared[k] for k in sorted(_marginal(scores, likeness, wanted))]


def _candidates(document: Document) -> list[tuple[int, int]]:
    """The sentences outside head, headings and tables that are neither fragments, nor endless, nor questions."""
    text = document.text
    tables = [(table.start, table.end) for table in document.tables]
    starts = {heading.start for heading in document.headings}
    fit = [
        (start, end)
        for start, end in _without_marks(text, _sentences(text, document.body_start))
        if _SHORTEST <= len(text[start:end].split()) <= _LONGEST
        and not any(first <= start < last for first, last in tables)
        and start not in starts
    ]
    return [(start, end) for start, end in fit if text[end - 1] in '.!”"’)'] or fit


def _without_marks(text: str, found: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The ranges without the mark of a list's item before them."""
    for start, end in found:
        mark = _MARK.match(text, start, end)
        yield (mark.end() if mark else start), end


def _sentences(text: str, start: int) -> Iterator[tuple[int, int]]:
    """The ranges of the sentences from ``start`` on, of a long text those of pieces all over it."""
    cuts = [start]
    while cuts[-1] < len(text):
        cuts.append(_end_of_piece(text, cuts[-1]))
    pieces = list(pairwise(cuts))
    for number in np.unique(np.linspace(0, len(pieces) - 1, min(_PIECES, len(pieces))).astype(int)):
        first, last = pieces[number]
        yield from ((first + a, first + b) for a, b in sentences(text[first:last]))


def _end_of_piece(text: str, start: int) -> int:
    """Where a piece from ``start`` on ends: behind a paragraph, or else a sentence, a line or a word."""
    last = start + _PIECE
    if last >= len(text):
        return len(text)
    ends = (text.rfind(sign, start + _PIECE // 2, last) + len(sign) for sign in ("\n\n", ". ", "\n", " "))
    return next((end for end in ends if end > start + _PIECE // 2), last)


def _priors(document: Document, compared: Sequence[tuple[int, int]]) -> npt.NDArray[np.float64]:
    """What position and content add to the centrality of each sentence, (n,)."""
    text, starts = document.text, [heading.start for heading in document.headings]
    sections = [bisect_right(starts, start) for start, _ in compared]
    opens = [k == 0 or sections[k] != sections[k - 1] for k in range(len(compared))]
    facts = [bool(re.search(r"\d", text[start:end])) for start, end in compared]
    place = np.arange(len(compared)) / max(len(compared) - 1, 1)
    return _BEGINNING * np.exp(-5 * place) + _SECTION * np.array(opens) + _FACTS * np.array(facts)


def _marginal(scores: npt.NDArray[np.float64], likeness: npt.NDArray[np.float64], wanted: int) -> list[int]:
    """Positions chosen one after another by score, less the penalty for the likeness to those chosen before."""
    chosen: list[int] = []
    for _ in range(wanted):
        repeated = likeness[:, chosen].max(axis=1) if chosen else np.zeros(len(scores))
        left = scores - _REPEATING * repeated
        left[chosen] = -np.inf
        chosen.append(int(left.argmax()))
    return chosen


def _cited(document: Document, document_id: int, chunks: Sequence[Chunk], start: int, end: int) -> Citation:
    """The citation of a sentence, in the passage that holds it."""
    starts = [chunk.start for chunk in chunks]
    chunk = chunks[max(bisect_right(starts, start) - 1, 0)]
    low, high = min(max(chunk.start, document.body_start), start), max(chunk.end, end)
    return Citation(
        document_id=document_id,
        path=document.path,
        title=document.title,
        page=chunk.page,
        heading=chunk.heading,
        date=document.date,
        date_source=document.date_source,
        document_sha256=document.sha256,
        start=start,
        end=end,
        quote=document.text[start:end],
        sentence=document.text[start:end],
        sentence_start=start,
        chunk_start=low,
        passage=document.text[low:high],
    )


def _listed(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found[0] for found in pattern.finditer(text)))[:_LISTED]


def _frequent(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    counts = Counter(found[0] for found in pattern.finditer(text))
    return tuple(name for name, _ in counts.most_common(_LISTED))
