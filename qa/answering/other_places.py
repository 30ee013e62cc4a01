"""What another place says instead: a contradiction, or what an earlier version of the document said."""

from __future__ import annotations

from collections.abc import Sequence

from qa.answering.candidates import Proposal
from qa.answering.cascade import NEARLY_AS_GOOD
from qa.answering.citations import cite
from qa.answering.relation import Statement, contradicts
from qa.answering.versions import names_year, order_of_versions
from qa.types import Relation

_NEWER = 0.3  # the least probability of what a newer version says instead of a sentence that it has no longer


def other_place(
    question: str, given: Proposal, others: Sequence[Proposal], threshold: float
) -> tuple[Proposal | None, Relation | None]:
    """The likeliest answer from another document that excludes the given one, and what it is.

    It must reach the threshold and be nearly as probable as the given one; less is enough in a newer version, which
    does not have the given one's sentence any more.
    """
    required = max(threshold, NEARLY_AS_GOOD * given.probability)
    for other in others:
        if other.document_id == given.document_id or other.agrees_with(given):
            continue
        order = order_of_versions(given, other)
        if order == -1 and names_year(question):
            continue  # the older version was asked for
        if order == -1 and other.probability >= _NEWER and _is_changed(given, other):
            return other, "contradicts"
        if order is not None and other.probability >= threshold:
            return other, "earlier" if order > 0 else "contradicts"
        if other.probability >= required and contradicts(question, _statement(given), _statement(other)):
            return other, "contradicts"
    return None, None


def _is_changed(given: Proposal, newer: Proposal) -> bool:
    """Whether a newer version does not have the sentence of the given answer any more."""
    said, now = (" ".join(text.split()) for text in (cite(given).sentence, newer.retrieved.document_text))
    return said not in now


def _statement(proposal: Proposal) -> Statement:
    return Statement(proposal.text, cite(proposal).sentence)
