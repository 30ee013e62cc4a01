"""What became of the citations of answers that were saved as JSON: years later, and without a model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from index import DocumentIndex, DocumentRecord, IndexView, InputError
from qa.answering.citations import page_at
from qa.quotes.alike import occurrences, plain, plain_with_offsets
from qa.quotes.checking import LONGEST_QUOTE, check_in
from qa.types import CitationCheck, Difference, Proof, QuotePlace, QuoteState, SavedAnswersCheck

_KEPT_DOCUMENTS = 16  # at most, in memory
_STILL_LIKE = 0.6  # the least likeness of a sentence that was changed; below it, it is gone


class _Citation(BaseModel):
    """What is checked of a saved citation; it may have more fields."""

    path: str
    quote: str
    start: int
    end: int
    sentence: str = ""
    sentence_start: int = 0
    document_sha256: str = ""

    @property
    def cited(self) -> str:
        """The sentence, if the quote is in it, or else the quote."""
        return self.sentence if self.quote in self.sentence else self.quote

    @property
    def first(self) -> int:
        """Where that begins in the document."""
        return max(0, self.sentence_start if self.quote in self.sentence else self.start)

    def stands_in(self, text: str) -> bool:
        """Whether the quote and its sentence stand in a document's text where the citation says."""
        return text[self.start : self.end] == self.quote and text.startswith(self.cited, self.first)


class _Answer(BaseModel):
    question: str = ""
    citations: list[_Citation]
    proof: Proof | None = None


def check_saved(opened: DocumentIndex, content: str) -> SavedAnswersCheck:
    """Check the citations of saved answers against an open index.

    ``content`` is JSON, or JSON lines: answers as ``quoth ask --json`` prints them, lists of them, and whatever holds
    them, such as replies. Raises ``InputError`` if it holds no answer.
    """
    answers = [answer for value in _values(content) for answer in _answers(value)]
    if not answers:
        raise InputError("there is no answer in this file: give what `quoth ask --json` printed, or lines of it")
    with opened.snapshot() as view:
        documents = _Documents(view)
        checked = tuple(
            documents.check(answer, citation) for answer in answers for citation in answer.citations if citation.quote
        )
        return SavedAnswersCheck(len(answers), checked, view.revision)


def _values(content: str) -> list[Any]:
    try:
        return [json.loads(content)]
    except ValueError:
        try:
            return [json.loads(line) for line in content.splitlines() if line.strip()]
        except ValueError as error:
            raise InputError(f"this file is neither JSON nor lines of JSON: {error}") from None


def _answers(value: object) -> Iterator[_Answer]:
    """The answers in a JSON value: objects with citations, however deep."""
    if isinstance(value, list):
        for item in value:
            yield from _answers(item)
    elif isinstance(value, dict):
        if isinstance(value.get("citations"), list):
            try:
                yield _Answer.model_validate(value)
            except ValidationError as error:
                reason = error.errors()[0]["msg"]
                raise InputError(f"an answer in this file is not as Quoth writes it: {reason}") from None
        else:
            yield from _answers(list(value.values()))


class _Documents:
    """The documents of one revision, by the path and the checksum of their files."""

    def __init__(self, view: IndexView) -> None:
        self._view = view
        self._document = lru_cache(maxsize=_KEPT_DOCUMENTS)(view.document)
        self._by_path: dict[str, list[DocumentRecord]] = {}
        self._by_file: dict[str, list[DocumentRecord]] = {}
        for record in view.documents():
            self._by_path.setdefault(record.path, []).append(record)
            self._by_file.setdefault(record.sha256, []).append(record)

    def check(self, answer: _Answer, citation: _Citation) -> CitationCheck:
        """What became of a citation."""
        state, place, differences = self._fate(citation)
        here, same = self._by_path.get(citation.path, []), self._by_file.get(citation.document_sha256, [])
        changed = not same or (bool(here) and not any(record in same for record in here))
        shown = (answer.question, citation.quote, citation.path)
        return CitationCheck(*shown, state, changed, place, differences, answer.proof)

    def _fate(self, citation: _Citation) -> tuple[QuoteState, QuotePlace | None, tuple[Difference, ...]]:
        """Its state, its place and its differences: looked for at its place, in its file, and in all documents."""
        here = self._by_path.get(citation.path, [])
        same = self._by_file.get(citation.document_sha256, [])
        for record in here:
            if citation.stands_in(self._document(record.id).text):
                return "there", self._place(record, citation.first, citation.first + len(citation.cited)), ()
        for record in (*same, *here):
            if place := self._found_in(record, citation):
                return "moved", place, ()
        if any(map(str.isalnum, citation.cited)):
            check = check_in(self._view, citation.cited[:LONGEST_QUOTE])
            if check.places:
                return "moved", check.places[0], ()
            if check.nearest and check.likeness >= _STILL_LIKE:
                return "changed", check.nearest, check.differences
        return "gone", None, ()

    def _found_in(self, record: DocumentRecord, citation: _Citation) -> QuotePlace | None:
        """Where the cited text stands in a document, as near as possible to where it stood."""
        wanted = plain(citation.cited)
        within, offsets = plain_with_offsets(self._document(record.id).text)
        found = [(offsets[start], offsets[end - 1] + 1) for start, end in occurrences(wanted, within)]
        if not found:
            return None
        return self._place(record, *min(found, key=lambda place: abs(place[0] - citation.first)))

    def _place(self, record: DocumentRecord, start: int, end: int) -> QuotePlace:
        document = self._document(record.id)
        page = page_at(document.pages, start)
        return QuotePlace(
            document_id=record.id,
            path=record.path,
            title=record.title,
            page=page.number if page else None,
            heading=None,
            date=record.date,
            document_sha256=record.sha256,
            start=start,
            end=end,
            text=document.text[start:end],
        )
