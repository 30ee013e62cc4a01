"""Versions of one document: which of them answers, and what an older one says beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import DocumentRecord, Hit
from qa.answering.candidates import Proposal

_EDITION = re.compile(r"\b(?:(?:19|20)\d\d|v(?:ersion)? ?\d[\d.]*|rev(?:ision)? ?\w|draft|final)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_IN_YEAR = re.compile(
    r"[,(]?\s*\b(?:(?:back )?(?:in|for|of|during|as of|from|by)\s+)?(?:the )?(?:year\s+)?(?:19|20)\d\d\b\)?",
    re.IGNORECASE,
)
_NEARLY = 0.5  # share of the best probability from which another version answers instead


def are_versions(one: DocumentRecord, other: DocumentRecord) -> bool:
    """Whether two documents have one title, apart from years and numbers of versions, and different dates."""
    return one.id != other.id and one.date != other.date and _name(one) == _name(other) != ""


def is_newer(one: DocumentRecord, other: DocumentRecord) -> bool:
    """Whether one is a later version of the other, by its date."""
    return are_versions(one, other) and (one.date or "") > (other.date or "")


def asked_of_version(question: str, hit: Hit, hits: Sequence[Hit]) -> str:
    """The question as it is read with a passage: without the year that the passage's document is a version of.

    A version seldom repeats its year in each passage, so "the allowance in 2021" asks the version of 2021 for "the
    allowance". The question stays as typed if the passage names the year, or if no other version is among the hits.
    """
    years = set(_YEAR.findall(question))
    document = hit.document
    if years != {(document.date or "")[:4]} or years & set(_YEAR.findall(hit.chunk.text)):
        return question
    if not any(are_versions(document, other.document) for other in hits):
        return question
    return re.sub(r"\s+", " ", _IN_YEAR.sub("", question)).strip(" ,")


def with_version_asked(question: str, proposals: Sequence[Proposal], threshold: float) -> list[Proposal]:
    """The proposals, with that of the right version first if the best one is from a document of several versions.

    The right version is the one of the year that the question names, otherwise the newest. It must be nearly as
    probable, and reach the threshold.
    """
    if not proposals:
        return []
    best = proposals[0]
    least = max(threshold, _NEARLY * best.probability)
    family = [best, *(p for p in proposals[1:] if p.probability >= least and _are_versions(p, best))]
    years = set(_YEAR.findall(question))
    asked = [p for p in family if (_date(p)[:4] in years)] if years else []
    chosen = asked[0] if asked else best if years else max(family, key=_date)
    return [chosen, *(p for p in proposals if p is not chosen)]


def _are_versions(one: Proposal, other: Proposal) -> bool:
    return are_versions(one.retrieved.hit.document, other.retrieved.hit.document)


def _date(proposal: Proposal) -> str:
    return proposal.retrieved.hit.document.date or ""


def _name(document: DocumentRecord) -> str:
    return " ".join(re.findall(r"\w+", _EDITION.sub(" ", document.title).lower()))
