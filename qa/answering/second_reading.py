"""The second reading: the likeliest answer and its rivals are judged again, each by its nearest sentences alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from qa.answering.calibration import SecondReading, Verification
from qa.answering.candidates import Proposal
from qa.answering.cascade import NEARLY_AS_GOOD
from qa.reader.alone import margin_alone
from qa.reader.reader import Reader

ReadAgain = Callable[[Proposal], SecondReading]

_RIVALS = 2  # that are read again besides the likeliest answer: in its passage, and elsewhere
_ODDS = 3.0  # of the likeliest answer over a rival in its passage that may be the better one


def verified(
    verification: Verification, proposals: Sequence[Proposal], read_again: ReadAgain, wanted: float = 0.0
) -> list[Proposal]:
    """The proposals with the probability after a second reading; none exceeds that of the first.

    The first is read again unless it will hardly reach the probability ``wanted``. So are its rivals in the same
    passage, and the best of them becomes the first. If it reaches ``wanted``, so are others that are nearly as
    probable. The others keep their order, and without a second reading their probability.
    """
    if not proposals or verification == Verification() or proposals[0].probability < verification.least(wanted):
        return list(proposals)
    read = [(one, read_again(one)) for one in in_one_passage(proposals)]
    first, evidence = max(read, key=lambda pair: pair[1].preference())
    most = verification.probability(evidence)
    judged = {id(one): verification.probability(again) for one, again in read}
    others = [one for one in proposals if one is not first]
    near = [one for one in others if one.probability >= NEARLY_AS_GOOD * first.probability] if most >= wanted else []
    for one in near[:_RIVALS]:
        if id(one) not in judged:
            judged[id(one)] = verification.probability(read_again(one))
    rest = [replace(one, probability=min(judged.get(id(one), one.probability), most)) for one in others]
    return [replace(first, probability=most), *rest]


def in_one_passage(proposals: Sequence[Proposal]) -> list[Proposal]:
    """The first proposal and at most two others of its passage that are nearly as likely."""
    first = proposals[0]
    own = [one for one in proposals if one.retrieved is first.retrieved and _odds(first) <= _ODDS * _odds(one)]
    return own[: 1 + _RIVALS]


def reading_again(reader: Reader) -> ReadAgain:
    """Reads the sentence of a proposal alone."""

    def read_again(proposal: Proposal) -> SecondReading:
        source = proposal.retrieved
        return evidence_alone(proposal, margin_alone(reader, source.question, source.passage, proposal.span))

    return read_again


def evidence_alone(proposal: Proposal, alone: float) -> SecondReading:
    """The evidence for a proposal whose ``margin_alone`` is known."""
    rank, evidence = proposal.retrieved.hit.rank, proposal.evidence
    return SecondReading(proposal.probability, alone, rank, evidence.similarity, evidence.coverage)


def _odds(proposal: Proposal) -> float:
    return proposal.probability / max(1 - proposal.probability, 1e-9)
