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


def verified(
    reader: Reader, verification: Verification, proposals: Sequence[Proposal], wanted: float = 0.0
) -> list[Proposal]:
    """The proposals in the same order, with the probability after a second reading; none exceeds that of the first.

    The first is read again unless it will hardly reach the probability ``wanted``, and if it reaches it, so are those
    rivals that are nearly as probable. The others keep their probability.
    """
    if not proposals or verification == Verification() or proposals[0].probability < verification.least(wanted):
        return list(proposals)
    first, *others = proposals
    most = _probability(reader, verification, first)
    rivals = [one for one in others if one.probability >= NEARLY_AS_GOOD * first.probability] if most >= wanted else []
    judged = {id(one): _probability(reader, verification, one) for one in rivals[:_RIVALS]}
    rest = [replace(one, probability=min(judged.get(id(one), one.probability), most)) for one in others]
    return [replace(first, probability=most), *rest]


def _probability(reader: Reader, verification: Verification, proposal: Proposal) -> float:
    source, evidence = proposal.retrieved, proposal.evidence
    alone = margin_alone(reader, source.question, source.passage, proposal.span)
    rank = source.hit.rank
    return verification.probability(
        SecondReading(proposal.probability, alone, rank, evidence.similarity, evidence.coverage)
    )
