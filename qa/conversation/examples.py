"""Example questions made from the documents, each of which the reader answers before it is offered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import Protocol

from index import DocumentIndex, DocumentRecord, Filters, QuothError
from qa.conversation.statements import questions_answered
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
    r"Committee|Council|Department|Office|Team|Bank|Company|Court|School|"
    r"Support|Services?|Policy|Program(?:me)?|Health|Management|[A-Z][a-z]+(?:tion|ment|ness|ity|ics))\b"
)
_POINTING = frozenset(
    "this that these those it he she they there here below above which what who one each both some most all "
    "although as because if since when where while".split()
)
_DETERMINERS = frozenset(("a", "an", "the", "our"))
_ROLE = re.compile(  # what a person is, by the form of the noun: "astronaut", "treasurer", "president"
    r"\b(?!(?:under|after|(?:an)?other|over|n?either|however|rather|whether|number|paper|order|water|power|important)\b)"
    r"(?:\w{3,}(?:er|or|ist|ant|cian|naut|eur|man|woman)|chief|head|chair|chairperson|president|secretary|king"
    r"|queen|nurse|doctor|judge|priest|poet|scientist|mother|wife|daughter|friend|CEO|CFO|CTO)\b",
    re.IGNORECASE,
)
_WHO_IS_NAME = re.compile(r"Who is (?!the\b)")
_WHAT_IS_NAME = re.compile(r"What is [A-Z][\w-]+(?: [A-Z][\w-]+)*\?")
_LEAST = 0.6  # the probability of an example's answer
_DOCUMENTS, _CHUNKS, _TRIES = 48, 12, 5  # documents, chunks of each, questions tried for each one needed


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
    """Up to ``limit`` questions that the documents answer with at least 60%; empty if no sentence fits a pattern.

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
        if found.probability >= _LEAST and _is_good(question, found) and found.text not in given:
            chosen.append(question)
            given.add(found.text)
    return chosen


def _is_good(question: str, answer: Answer) -> bool:
    """Whether the answer says more than the question, and what a person is exactly where a person is asked for."""
    words = set(normalise(answer.text).split())
    if not answer.found or words <= set(normalise(question).split()):
        return False
    says_role = _ROLE.search(answer.text) is not None
    if _WHAT_IS_NAME.match(question):
        return not says_role
    return says_role or not _WHO_IS_NAME.match(question)


def candidates(index: DocumentIndex, documents: Sequence[DocumentRecord] | None = None) -> Iterator[str]:
    """Questions to try, from documents spread over the index.

    In turn they ask for a date, an amount, an obligation or a post; for what something is; again for one of the first;
    and for a person.
    """
    records = index.documents() if documents is None else documents
    spread = records[:: -(-len(records) // _DOCUMENTS) or 1]
    most = _CHUNKS * _DOCUMENTS // max(1, len(spread)) if documents is not None else _CHUNKS
    texts = [[chunk.text for chunk in index.chunks(record.id)[:most]] for record in spread]
    every = list(chain.from_iterable(texts))
    common = set(re.findall(r"\b[a-z]+\b", " ".join(every)))  # "Manual" is no surname in documents with a "manual"
    places = {word for text in every for word in _places(text)}
    people = [
        f"Who is {name}?"
        for name, _ in Counter(chain.from_iterable(map(_names, every))).most_common()
        if common.isdisjoint(name.lower().split()) and places.isdisjoint(name.split())
    ]
    proper = set(re.findall(r"(?<=[a-z,] )[A-Z][\w-]+", " ".join(every)))
    stated = zip_longest(*(list(_stated(own, proper)) for own in texts))  # one of each document first
    subjects = [question for text in every for question in _definitions(text, common)]
    first = list(dict.fromkeys(filter(None, chain.from_iterable(stated))))
    kinds = zip_longest(first[::2], dict.fromkeys(subjects), first[1::2], people)
    return (question for question in dict.fromkeys(chain.from_iterable(kinds)) if question)


def _stated(texts: Sequence[str], proper: Collection[str]) -> Iterator[str]:
    """Questions that sentences answer; a word that is capitalised only at the beginning of sentences is no name."""

    def lowered(thing: str) -> str:
        first, space, rest = thing.partition(" ")
        named = first.lower() not in _DETERMINERS and (first in proper or rest[:1].isupper())
        return thing if named else first.lower() + space + rest

    for text in texts:
        for start, end in sentences(text):
            yield from questions_answered(text[start:end], lowered)


def _places(text: str) -> Iterator[str]:
    """Capitalised words after "in", "near" and the like."""
    for found in re.finditer(r"(?<=\b[Ii]n )[A-Z][a-z]+\b|(?<=\b[Nn]ear )[A-Z][a-z]+\b", text):
        yield found[0]


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
        if found and _POINTING.isdisjoint(words) and _DETERMINERS.isdisjoint(words):
            yield f"What {found[2]} {_lowered(found[0][: found.end(1)], common)}?"


def _lowered(subject: str, common: Collection[str]) -> str:
    """The subject as written inside a sentence: a first word that is a determiner or common becomes lower case.

    One with a capital inside, as "DMCA" and "GitHub", stays.
    """
    first, space, rest = subject.partition(" ")
    lower = first.lower() in _DETERMINERS or (first.lower() in common and first[1:] == first[1:].lower())
    return (first.lower() if lower else first) + space + rest
