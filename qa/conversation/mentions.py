"""The passages that mention a subject, grouped by document, with its words marked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import Hit, stem_words
from index.ranking.unspaced import RANGES, is_unspaced
from qa.conversation.replies import DocumentHits, FoundPassage
from qa.text import enclosing_sentences
from qa.words import function_words

SEARCHED = 100  # the most passages that are looked through
_SHOWN_PASSAGES, _SHOWN_DOCUMENTS = 3, 20
_SENTENCE = 4  # words at least, or it may be a heading
_AROUND = 400  # code points of a passage around its first mark, at most
_WORD = re.compile(rf"[{RANGES}]+|[^\W{RANGES}]+")  # or a run of a script without spaces between words


def grouped_mentions(subject: str, hits: Sequence[Hit]) -> tuple[DocumentHits, ...]:
    """The hits that hold all words of the subject (or their inflections), those with the words in a row first.

    Documents are in the order of their best hit, and so are the passages of each.
    """
    found = [(hit, marks) for hit in hits if (marks := _marks(subject, hit.chunk.text[hit.head :]))]
    found.sort(key=lambda one: subject.lower() not in one[0].chunk.text.lower())
    by_document: dict[int, list[tuple[Hit, tuple[tuple[int, int], ...]]]] = {}
    for hit, marks in found:
        by_document.setdefault(hit.document.id, []).append((hit, marks))
    return tuple(_grouped(group) for group in list(by_document.values())[:_SHOWN_DOCUMENTS])


def is_scattered(subject: str, hits: Sequence[Hit]) -> bool:
    """Whether at least three words stand nowhere in a row, as those of a question in keywords do not."""
    words = _WORD.findall(subject.lower())
    texts = (f"{hit.document.title} {hit.chunk.heading or ''} {hit.chunk.text}".lower() for hit in hits)
    return len(words) > 2 and not any(" ".join(words) in " ".join(_WORD.findall(text)) for text in texts)


def _marks(subject: str, text: str) -> tuple[tuple[int, int], ...]:
    """The ranges of the subject's words in a text; none unless each of them occurs."""
    words = [word.lower() for word in _WORD.findall(subject)]
    runs, asked = [word for word in words if is_unspaced(word)], [word for word in words if not is_unspaced(word)]
    passed_over = function_words(subject)
    content = set(stem_words([word for word in asked if word not in passed_over] or asked))
    places = [found.span() for found in _WORD.finditer(text)]
    stems = stem_words(text[start:end].lower() for start, end in places)
    within = [[found.span() for found in re.finditer(re.escape(run), text)] for run in runs]  # the words of such runs
    if not words or not content.issubset(stems) or not all(within):
        return ()
    marks = {place for place, stem in zip(places, stems, strict=True) if stem in content}
    return tuple(sorted(marks.union(*within)))


def _grouped(group: Sequence[tuple[Hit, tuple[tuple[int, int], ...]]]) -> DocumentHits:
    document = group[0][0].document
    passages = tuple(_passage(hit, marks) for hit, marks in group[:_SHOWN_PASSAGES])
    return DocumentHits(document.id, document.path, document.title, document.date, len(group), passages)


def _passage(hit: Hit, marks: tuple[tuple[int, int], ...]) -> FoundPassage:
    """The sentences around the first mark outside headings, if there is one, with the marks in them."""
    text = hit.chunk.text[hit.head :]
    around = {mark: enclosing_sentences(text, *mark) for mark in marks}
    mark = max(marks, key=lambda one: len(text[slice(*around[one])].split()) >= _SENTENCE)
    low, high = around[mark]
    low, high = max(low, mark[0] - _AROUND), min(max(high, mark[1]), mark[1] + _AROUND)
    start = hit.chunk.start + hit.head
    inside = tuple((a - low, b - low) for a, b in marks if low <= a and b <= high)
    document, chunk = hit.document, hit.chunk
    return FoundPassage(
        document_id=document.id,
        path=document.path,
        title=document.title,
        page=chunk.page,
        heading=chunk.heading,
        date=document.date,
        start=start + low,
        end=start + high,
        text=text[low:high],
        marks=inside,
    )
