"""Versions of one document: which of them answers, and what an older one says beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cmp_to_key

from index import DocumentRecord, Hit
from qa.answering.candidates import Proposal
from qa.answering.relation import date_in

_EDITION = re.compile(r"\b(?:(?:19|20)\d\d|v(?:ersion)? ?\d[\d.]*|rev(?:ision)? ?\w|draft|final)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_IN_YEAR = re.compile(
    r"[,(]?\s*\b(?:(?:back )?(?:in|for|of|during|as of|from|by)\s+)?(?:the )?(?:year\s+)?(?:19|20)\d\d\b\)?",
    re.IGNORECASE,
)
_VERSION_OF = re.compile(
    r"\b(?:version|edition|issue|valid|in force|effective|as)\b(?: (?:dated|of|from|since|as of|is|date))*:? ?"
    r"([^\n;]{0,20}\b(?:19|20)\d\d\b(?:-\d\d-\d\d)?)",
    re.IGNORECASE,
)
_REPLACES = re.compile(
    r"\b(?:(?:this|it) (?:\w+ )?(?:replaces|supersedes|cancels)"
    r"|(?:replaces|supersedes) (?:all |the |any )*(?:one|version|previous|earlier|policy|edition|document))\b",
    re.IGNORECASE,
)
_AMENDMENT = r"(?:amendment|addendum|supplement|deed of variation|variation|rider|corrigendum)"
_ORDINAL = r"(?:first|second|third|fourth|fifth|\d+(?:st|nd|rd|th))"
_OF_AMENDMENT = re.compile(  # "First amendment of 3 May 2024 to the" before a title, or "(Amendment no. 2)" behind it
    rf"^(?:the )?(?:{_ORDINAL} )?(?:{_AMENDMENT}|change|correction|revision)\b[^:–—]{{0,40}}?\bto (?:the )?(?!\d)"
    rf"|\W*\b(?:{_ORDINAL} )?{_AMENDMENT}(?: (?:no\.? ?)?\d+)?\W*$",
    re.IGNORECASE,
)
_CHANGES = re.compile(  # "This letter changes the lease of Oak House", "The lease of Oak House is amended as follows"
    r"\b(?:this (?:[\w-]+ ){1,3}|it |(?:parties|we|sides) )(?:hereby |also |further |agree to )*(?:amends?|replaces?"
    r"|supersedes?|changes?|modif(?:y|ies)|var(?:y|ies)|supplements?) (?P<after>.{3,160})"
    r"|(?P<before>[^.]{3,160})\b(?:is|are|shall be) (?:hereby )?(?:amended|changed|replaced|superseded|modified|varied"
    r"|supplemented) (?:as follows|by this|by the following|with effect|from|in)\b",
    re.IGNORECASE | re.DOTALL,
)
_BEGINNING = 1_500  # characters in which a document says which version it is
_NEARLY = 0.5  # share of the best probability from which another version answers instead


def are_versions(one: DocumentRecord, other: DocumentRecord) -> bool:
    """Whether two documents have one title, apart from years and numbers of versions, and different dates."""
    return one.date != other.date and have_one_name(one, other)


def order_of_versions(one: Proposal, other: Proposal) -> int | None:
    """1 if the document of ``one`` is a later version of that of ``other``, -1 if an earlier one, 0 if it is unclear.

    An amendment is later than what it amends. Others are ordered by their dates, else by what their beginnings say: a
    version's date, or that it replaces another. None if they are no versions of one document.
    """
    if (amends := _amends(one, other)) != _amends(other, one):
        return 1 if amends else -1
    mine, theirs = one.retrieved.hit.document, other.retrieved.hit.document
    if not have_one_name(mine, theirs):
        return None
    for first, second in ((_date(one), _date(other)), (_stated_date(one), _stated_date(other))):
        if first and second and first != second:
            return 1 if first > second else -1
    if (replaces := _replaces(one)) != _replaces(other):
        return 1 if replaces else -1
    return 0 if mine.date != theirs.date else None


def names_year(question: str) -> bool:
    """Whether a question names a year, which asks for the version of that year."""
    return _YEAR.search(question) is not None


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
    family = [best, *(p for p in proposals[1:] if p.probability >= least and order_of_versions(p, best) is not None)]
    years = set(_YEAR.findall(question))
    asked = [p for p in family if ((_date(p) or _stated_date(p))[:4] in years)] if years else []
    chosen = asked[0] if asked else best if years else max(family, key=cmp_to_key(_compared))
    return [chosen, *(p for p in proposals if p is not chosen)]


def _date(proposal: Proposal) -> str:
    return proposal.retrieved.hit.document.date or ""


def _compared(one: Proposal, other: Proposal) -> int:
    return order_of_versions(one, other) or 0


def _stated_date(proposal: Proposal) -> str:
    """The date that the beginning of a document gives its version, as YYYY-MM-DD; "" without one."""
    found = _VERSION_OF.search(proposal.retrieved.document_text[:_BEGINNING])
    date = date_in(found[1]) if found else None
    return "{:04}-{:02}-{:02}".format(*date) if date else ""


def _amends(one: Proposal, other: Proposal) -> bool:
    """Whether one document calls itself an amendment of the other, or says at its beginning that it changes it."""
    mine, theirs = one.retrieved.hit.document, other.retrieved.hit.document
    if have_one_name(mine, theirs) and _is_amendment(mine) and not _is_amendment(theirs):
        return True
    name = _name(theirs)
    changed = _CHANGES.finditer(one.retrieved.document_text[:_BEGINNING])
    said = (_plain(found["after"] or found["before"]) for found in changed)
    return mine.id != theirs.id and " " in name and any(name in words for words in said)


def _replaces(proposal: Proposal) -> bool:
    return _REPLACES.search(proposal.retrieved.document_text[:_BEGINNING]) is not None


def have_one_name(one: DocumentRecord, other: DocumentRecord) -> bool:
    """Whether two documents have one title, apart from what tells versions and amendments of a document."""
    return one.id != other.id and _name(one) == _name(other) != ""


def _name(document: DocumentRecord) -> str:
    """The title in plain words, without what tells versions of a document apart."""
    return _plain(_OF_AMENDMENT.sub(" ", document.title))


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", _EDITION.sub(" ", words).lower())).removeprefix("the ")


def _is_amendment(document: DocumentRecord) -> bool:
    return _OF_AMENDMENT.search(document.title) is not None
