"""Retrieved passages with all that answering needs of them: texts, rows of tables, likenesses to the question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from index import Embedder, Hit, IndexView, TablePart
from index.ranking.number_words import numbers_in, replace_number_words
from qa.answering.candidates import RetrievedPassage
from qa.answering.cell_choice import CellChoice
from qa.answering.citations import asks_list
from qa.answering.likeness import FloatArray
from qa.answering.table_match import TableMatch, header_texts
from qa.answering.tables import AROUND
from qa.answering.versions import asked_of_version
from qa.words import FUNCTION_WORDS

LISTED_ROWS = 100  # before and after a passage, from which a list is taken
_EMBEDDED_HEADERS = 200  # of all tables of a question
_WORD = re.compile(r"\w+")
_HEAD = 1_000  # characters in which the head of a document has its date
_DATE_LINE = re.compile(r"^date: ", re.IGNORECASE | re.MULTILINE)
_PUBLISHED = re.compile(
    r"(?:when|on (?:what|which) (?:date|day)) (?:was|were) (?P<what>\w.*?) "
    r"(?:published|written|released|issued|posted|sent|created|made|dated)\s*\??$",
    re.IGNORECASE,
)
_DOCUMENTS = frozenset(
    "announcement article circular document email guide letter mail manual memo memorandum message minutes newsletter "
    "note notes notice paper policy post report review statement summary".split()
)
_NUMERAL = re.compile(
    r"(?<![\w.,'’])[0-9]{1,3}(?:[.,'’\u00a0\u202f ][0-9]{3})+(?![0-9])|(?<![\w.,'’#/-])[0-9]{2,}(?![\w/-]|[.,:'’][0-9])"
)


def retrieve(
    view: IndexView, embedder: Embedder, question: str, hits: Sequence[Hit], choice: CellChoice
) -> list[RetrievedPassage]:
    """The passages of the hits, in order, from the snapshot that found them; ``choice`` weighs the cells of tables."""
    documents = {document_id: view.document(document_id) for document_id in {hit.document.id for hit in hits}}
    around = LISTED_ROWS if asks_list(question) else AROUND
    parts = view.table_parts([hit.chunk.id for hit in hits], around)
    cosines = header_cosines(embedder, question, parts)
    matches = {
        hit.chunk.id: TableMatch.of(question, hit.chunk, parts[hit.chunk.id], choice, cosines[hit.chunk.id])
        for hit in hits
        if hit.chunk.id in parts
    }
    retrieved = []
    for hit in hits:
        document = documents[hit.document.id]
        asked = numbers_as_written(asked_of_date(asked_of_version(question, hit, hits), hit), hit.chunk.text)
        passage = RetrievedPassage.of(hit, document.text, asked, matches.get(hit.chunk.id))
        retrieved.append(replace(passage, pages=document.pages))
    return retrieved


def asked_of_date(question: str, hit: Hit) -> str:
    """The question as it is read with the head of a document: for its date, where it asks when that was published.

    A head says "date: 2022-09-14" or "Date: Tue, 14 May", so "When was the lock report issued?" asks "What is the date
    of the lock report?" there. The question stays if it is not about a document of that title or subject.
    """
    asked = _PUBLISHED.match(question)
    head = hit.chunk.text[:_HEAD]
    if asked is None or hit.chunk.ordinal or _DATE_LINE.search(head) is None:
        return question
    *words, kind = _WORD.findall(asked["what"].lower())
    known = {*_WORD.findall(f"{hit.document.title}\n{head}".lower()), *FUNCTION_WORDS}
    return f"What is the date of {asked['what']}?" if kind in _DOCUMENTS and known.issuperset(words) else question


def numbers_as_written(question: str, text: str) -> str:
    """The question with its numbers as they stand in a passage.

    12,500 becomes 12500, and "nine hundred and forty" becomes 940, or the other way round. A number that stands in the
    passage as it is asked stays.
    """
    if _NUMERAL.search(question) is None and not numbers_in(question):
        return question
    written = {_digits(number): number for number in reversed(_NUMERAL.findall(text))}  # the first of its forms
    worded = {str(number): words for words, number in reversed(numbers_in(text))}
    known = worded | written

    def as_written(words: str, number: str) -> str:
        stands = re.search(rf"(?<![\w.,]){re.escape(words)}(?!\w|[.,][0-9])", text, re.IGNORECASE)
        return words if stands else known.get(number, words)

    question = _NUMERAL.sub(lambda asked: as_written(asked[0], _digits(asked[0])), question)
    return replace_number_words(question, lambda words, number: as_written(words, str(number)))


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))


def header_cosines(embedder: Embedder, question: str, parts: Mapping[int, TablePart]) -> dict[int, FloatArray]:
    """The cosines (columns,) of the question with the headers of each part; 0 for headers beyond the first 200."""
    texts = {number: header_texts(part.columns) for number, part in parts.items()}
    distinct = list(
        islice(dict.fromkeys(text for headers in texts.values() for text in headers if text), _EMBEDDED_HEADERS)
    )
    if not distinct:
        return {number: np.zeros(len(headers)) for number, headers in texts.items()}
    vectors = embedder.encode([question, *distinct]).astype(np.float64)
    cosines = dict(zip(distinct, (vectors[1:] @ vectors[0]).tolist(), strict=True))
    return {number: np.array([cosines.get(text, 0.0) for text in headers]) for number, headers in texts.items()}
