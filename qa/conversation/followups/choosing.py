"""Which reading of an utterance is answered: the one that the documents make likeliest.

An utterance that depends on earlier ones is mostly answered by the document that answered the last one (166 of 185 in
the dialogues that are not set apart; of those that stand alone, 23 of 94). So readings are asked of all documents and
of that document alone, where an answer is that much likelier beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from index import DocumentRecord, Filters
from qa.answerer import Answerer
from qa.answering.versions import have_one_name
from qa.conversation.followups.followup import Reading
from qa.conversation.replies import Turn
from qa.evaluation.metrics import normalise
from qa.types import Answer

_COMPARED = 4  # passages of each reading that are looked at to choose those that are read
_READ = 2  # readings at most that are asked of all documents
_SURE = 0.8  # the probability from which an answer in the document of the last one needs no other reading
_TYPED_NEAR = 0.1  # the most that a reading costs in the document of the last answer
_SHORT = 5  # passages of a document in which two readings are read
_DEPENDS = 1.0  # logits that are added in the document of the last answer
_REPEATED = 0.15  # the price of an answer that is the last one again, which nobody asks for
_LOOKED_THROUGH = 5  # passages in which the last answer is looked for

Continue = Callable[[], bool]


def likeliest_answer(
    answerer: Answerer,
    meant: Sequence[Reading],
    turns: Sequence[Turn],
    filters: Filters | None,
    should_continue: Continue,
) -> Answer:
    """The answer to the likeliest of the readings ``meant``: by probability, less the reading's price.

    An utterance that stands alone is asked as typed. Raises as ``Answerer.answer``.
    """
    answers: list[tuple[float, Answer]] = []
    said = normalise(turns[-1].answer) if turns else ""

    def ask(reading: Reading, asked: Answerer, among: Filters | None, price: float) -> Answer:
        found = asked.answer(reading.question, filters=among, should_continue=should_continue)
        repeats = found.found and normalise(found.text) == said
        answers.append((found.probability - price - (_REPEATED if repeats else 0.0), found))
        return found

    rest = list(meant)
    if meant[0].price == 0.0:
        typed = ask(rest.pop(0), answerer, filters, 0.0)
        if typed.probability >= _SURE or (typed.found and not rest):
            return typed
    last = _documents_of_last_answer(answerer, turns, filters)
    everywhere = (1 if last else _READ) - len(answers)
    if last:
        near = replace(filters or Filters(), documents=frozenset(one.address for one in last))
        expecting = _expecting(answerer, _DEPENDS)
        likely = _most_promising(answerer, [replace(one, price=min(one.price, _TYPED_NEAR)) for one in meant], near)
        short = last[0].chunk_count <= _SHORT
        if short:  # search tells little there, so the likeliest completion is read in any case
            completion = [one for one in likely if one.question in {other.question for other in rest[:1]}]
            likely = list(dict.fromkeys([likely[0], *completion, *likely]))
        for reading in likely[: 2 if short else 1]:
            ask(reading, expecting, near, reading.price)
    if max(answers, default=(0.0,), key=lambda one: one[0])[0] < _SURE:
        for reading in _most_promising(answerer, rest, filters)[:everywhere]:
            ask(reading, answerer, filters, reading.price)
    return max(answers, key=lambda one: one[0])[1]


def _most_promising(answerer: Answerer, meant: Sequence[Reading], filters: Filters | None) -> list[Reading]:
    """The readings in the order of what search alone promises, less their prices."""
    if len(meant) < 2:
        return list(meant)
    return sorted(meant, key=lambda one: one.price - answerer.promise(one.question, _COMPARED, filters))


def _expecting(answerer: Answerer, logits: float) -> Answerer:
    """The same answerer for documents where answers are this much likelier beforehand, by both of its readings."""
    first = answerer.calibration
    second = replace(first.verification, bias=first.verification.bias + (1 - first.verification.weights[0]) * logits)
    calibration = replace(first, bias=first.bias + logits, verification=second)
    return Answerer(answerer.index, answerer.reader, calibration, answerer.settings)


def _documents_of_last_answer(
    answerer: Answerer, turns: Sequence[Turn], filters: Filters | None
) -> list[DocumentRecord]:
    """The document that the last answer is from, and its other versions; none if no passage near has its words."""
    last = next((turn for turn in reversed(turns) if turn.answer), None)
    if last is None:
        return []
    asked = f"{last.question} {last.answer}"[: answerer.settings.question_characters]
    said = normalise(last.answer)
    hits = answerer.index.search(asked, _LOOKED_THROUGH, filters=filters)
    found = next((hit.document for hit in hits if said in normalise(hit.chunk.text)), None)
    if found is None:
        return []
    others = {hit.document.id: hit.document for hit in hits if have_one_name(hit.document, found)}
    return [found, *others.values()]
