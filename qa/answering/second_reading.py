"""The second reading: the likeliest answer and its rivals are judged again, each by its nearest sentences alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa.answering.calibration import SecondReading, Verification
from qa.answering.candidates import Proposal
from qa.answering.cascade import NEARLY_AS_GOOD
from qa.reader.alone import margin_alone
from qa.reader.reader import Reader

_RIVALS = 2  # that are read again besides the likeliest answer


def verified(reader: Reader, verification: Verification, proposals: Sequence[Proposal]) -> list[Proposal]:
    """The proposals in the same order, with the probability after a second reading; none exceeds that of the first.

    Read again are the first and those rivals that are nearly as probable; the others keep their probability.
    """
    if not proposals or verification == Verification():
        return list(proposals)
    first, *others = proposals
    required = NEARLY_AS_GOOD * first.probability
    again = [one for one in others if one.probability >= required][:_RIVALS]
    judged = {id(one): _probability(reader, verification, one) for one in (first, *again)}
    most = judged[id(first)]
    return [replace(one, probability=min(judged.get(id(one), one.probability), most)) for one in proposals]


def _probability(reader: Reader, verification: Verification, proposal: Proposal) -> float:
    source, evidence = proposal.retrieved, proposal.evidence
    alone = margin_alone(reader, source.question, source.passage, proposal.span)
    rank = source.hit.rank
    return verification.probability(
        SecondReading(proposal.probability, alone, rank, evidence.similarity, evidence.coverage)
    )
