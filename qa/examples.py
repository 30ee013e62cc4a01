"""Example questions made from the documents, each tried on the reader before anybody is offered it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice, zip_longest
from typing import Protocol

from index import DocumentIndex, QuothError
from qa.metrics import normalise
from qa.sentences import sentences
from qa.types import Answer

_NAME = re.compile(r"(?<![\w-])[A-Z][a-z]+(?: [A-Z][a-z]+)+\b(?!-)")
_NO_PERSON_AFTER = re.compile(r"(?:^|[.!?:“\"]\s*|\b[Tt]he )$")
_SUBJECT = re.compile(r"^(?:The |An? )?([\w-]+(?: [\w-]+){0,3}) (is|are) (?:an?|the|used|called|one)\b")
_NOT_A_NAME = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December|The|This|That)\b"
)
_POINTING = frozenset(
    "this that these those it he she they there here which what who one each both some most all".split()
)
_DOCUMENTS, _CHUNKS, _TRIES = 6, 4, 5  # how many documents and passages are looked at; tries for each question wanted


class Answers(Protocol):
    """What example questions need: an index to look at and someone to ask."""

    @property
    def index(self) -> DocumentIndex:
        """The index that the questions are made from."""
        ...

    def answer(self, question: str) -> Answer:
        """Ask."""
        ...


def example_questions(answerer: Answers, limit: int = 4) -> list[str]:
    """Up to ``limit`` questions that the documents answer; none where no sentence lends itself to one."""
    chosen: list[str] = []
    given: set[str] = set()
    for question in islice(candidates(answerer.index), limit * _TRIES):
        if len(chosen) == limit:
            break
        try:
            found = answerer.answer(question)
        except QuothError:
            return chosen
        words = set(normalise(found.text).split())
        if found.found and words and not words <= set(normalise(question).split()) and found.text not in given:
            chosen.append(question)
            given.add(found.text)
    return chosen


def candidates(index: DocumentIndex) -> Iterator[str]:
    """Questions that might do, the kinds and the documents taken in turn."""
    texts = [text for record in index.documents()[:_DOCUMENTS] for text in _prose(index, record.id)]
    people = [f"Who is {name}?" for name, _ in Counter(chain.from_iterable(map(_names, texts))).most_common()]
    subjects = [question for text in texts for question in _definitions(text)]
    kinds = zip_longest(dict.fromkeys(people), dict.fromkeys(subjects))
    return (question for question in chain.from_iterable(kinds) if question)


def _prose(index: DocumentIndex, document_id: int) -> list[str]:
    return [chunk.text for chunk in index.chunks(document_id)[:_CHUNKS]]


def _names(text: str) -> list[str]:
    """A person is named by two words, without an article: "the Soviet Union" and "Russians Ann Lee" are not."""
    found = [name for name in _NAME.finditer(text) if not _NO_PERSON_AFTER.search(text, 0, name.start())]
    return [name[0] for name in found if len(name[0].split()) == 2 and not _NOT_A_NAME.search(name[0])]


def _definitions(text: str) -> Iterator[str]:
    for start, end in sentences(text):
        found = _SUBJECT.match(text[start:end])
        if found and found[1].split()[0].lower() not in _POINTING:
            yield f"What {found[2]} {_lowered(found[0][: found.end(1)])}?"


def _lowered(subject: str) -> str:
    """The subject as it stands inside a sentence: its article lower case, names and acronyms untouched."""
    return re.sub(r"^(The|An?) ", lambda found: found[0].lower(), subject)
