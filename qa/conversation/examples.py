"""Example questions made from the documents, each of which the reader answers before it is offered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import Protocol

from index import DocumentIndex, DocumentRecord, Filters, QuothError
from qa.evaluation.metrics import normalise
from qa.text import sentences
from qa.types import Answer

_NAME = re.compile(r"(?<![\w-])[A-Z][a-z]+(?: [A-Z][a-z]+)+\b(?!-)")
_PERSON_BEFORE = re.compile(r"[,.)]|['’]s\b| (?:and|is|was|has|had|will|who|said|says|told|wrote|[a-z]{2,}ed)\b")
_NO_PERSON_AFTER = re.compile(r"(?:^|[.!?:“\"]\s*|\b[Tt]he )$")
_SUBJECT = re.compile(r"^(?:The |An? )?([\w-]+(?: [\w-]+){0,3}) (is|are) (?:an?|the|used|called|one)\b")
_NOT_A_NAME = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December|The|This|That|"
    r"Avenue|Floor|Foundation|Road|Street|University|Director|Manager|Officer|President|Chair|Secretary|Minister|Board|"
    r"Committee|Council|Department|Office|Team|Bank|Company|Court|School)\b"
)
_POINTING = frozenset(
    "this that these those it he she they there here below above which what who one each both some most all "
    "although as because if since when where while".split()
)
_ARTICLES = frozenset(("a", "an", "the"))
_DOCUMENTS, _CHUNKS, _TRIES = 48, 4, 5  # documents, chunks of each, questions tried for each one needed


class Answers(Protocol):
    """Anything with an index that answers questions, such as an ``Answerer``."""

    @property
    def index(self) -> DocumentIndex:
        """The index from which the questions are made."""
        ...

    def answer(self, question: str, *, filters: Filters | None = None) -> Answer:
        """Answer a question."""
        ...


def example_questions(
    answerer: Answers, limit: int = 4, documents: Sequence[DocumentRecord] | None = None
) -> list[str]:
    """Up to ``limit`` questions that the documents answer; empty if no sentence fits a pattern of question.

    They are made from all documents, or from the given ones, from which they are answered too.
    """
    filters = Filters(documents=frozenset(one.address for one in documents)) if documents is not None else None
    chosen: list[str] = []
    given: set[str] = set()
    for question in islice(candidates(answerer.index, documents), limit * _TRIES):
        if len(chosen) == limit:
            break
        try:
            found = answerer.answer(question, filters=filters)
        except QuothError:
            return chosen
        words = set(normalise(found.text).split())
        if found.found and words and not words <= set(normalise(question).split()) and found.text not in given:
            chosen.append(question)
            given.add(found.text)
    return chosen


def candidates(index: DocumentIndex, documents: Sequence[DocumentRecord] | None = None) -> Iterator[str]:
    """Questions to try, alternating between people and definitions, from documents spread over the index."""
    records = index.documents() if documents is None else documents
    spread = records[:: -(-len(records) // _DOCUMENTS) or 1]
    most = _CHUNKS * _DOCUMENTS // max(1, len(spread)) if documents is not None else _CHUNKS
    texts = [chunk.text for record in spread for chunk in index.chunks(record.id)[:most]]
    common = set(re.findall(r"\b[a-z]+\b", " ".join(texts)))  # "Manual" is no surname in documents with a "manual"
    people = [
        f"Who is {name}?"
        for name, _ in Counter(chain.from_iterable(map(_names, texts))).most_common()
        if common.isdisjoint(name.lower().split())
    ]
    subjects = [question for text in texts for question in _definitions(text, common)]
    kinds = zip_longest(dict.fromkeys(people), dict.fromkeys(subjects))
    return (question for question in chain.from_iterable(kinds) if question)


def _names(text: str) -> list[str]:
    """Names of people: two capitalised words without an article before or a noun after them.

    Others are "the Soviet Union", "Cold War detente" and "Russians Ann Lee".
    """
    names = (name for name in _NAME.finditer(text) if _PERSON_BEFORE.match(text, name.end()))
    found = [name for name in names if not _NO_PERSON_AFTER.search(text, 0, name.start())]
    return [name[0] for name in found if len(name[0].split()) == 2 and not _NOT_A_NAME.search(name[0])]


def _definitions(text: str, common: Collection[str]) -> Iterator[str]:
    for start, end in sentences(text):
        found = _SUBJECT.match(text[start:end])
        words = found[1].lower().split() if found else []
        if found and _POINTING.isdisjoint(words) and _ARTICLES.isdisjoint(words):
            yield f"What {found[2]} {_lowered(found[0][: found.end(1)], common)}?"


def _lowered(subject: str, common: Collection[str]) -> str:
    """The subject as written inside a sentence: a first word that is an article or common becomes lower case."""
    first, space, rest = subject.partition(" ")
    lower = first.lower() in _ARTICLES or first.lower() in common
    return (first.lower() if lower else first) + space + rest
