"""A turn of the conversation as HTML: the answer in its sentence, its source, how sure it is, and why. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from index import Failure
from qa import Answer, Citation, PassageRead, highlight
from ui.tables import ShownTable, shown_excerpt
from ui.text import dating, excerpt
from ui.web.html import render
from ui.web.reading.anchor import Anchor
from ui.web.reading.paragraphs import MarkedText, flowing

MAX_FAILURES = 5  # unreadable files listed
NEAREST = 3  # passages shown when the documents do not hold an answer
MAX_PASSAGES = 10  # listed under "Why this answer"
SURE = {"confident": "Confident", "likely": "Likely", "unsure": "Unsure: check the source"}


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a passage, with the link that opens the viewer there."""

    title: str
    page: int | None
    date: str | None
    href: str
    dated: str = ""  # what the date is: "dated in the text"
    page_label: str | None = None  # the printed number of the page

    @classmethod
    def of_citation(cls, citation: Citation) -> Source:
        """The source of a quote."""
        href, dated = _anchor(citation).href, dating(citation.date_source)
        return cls(citation.title, citation.page, citation.date, href, dated, citation.page_label)

    @classmethod
    def of_passage(cls, passage: PassageRead, *, dated: bool = True) -> Source:
        """The source of a passage, with its document's date if ``dated``."""
        anchor = Anchor.of(passage.document_id, passage.start, passage.text)
        return cls(
            passage.title, passage.page, passage.date if dated else None, anchor.href, dating(passage.date_source)
        )


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """A quote with its source, its sentence alone, and that sentence in its passage under its heading.

    ``table`` are the rows around a quote that is a table's cell, which are shown instead of sentence and passage.
    """

    source: Source
    heading: str
    sentence: MarkedText
    passage: MarkedText
    quote: str = ""
    table: ShownTable | None = None

    @classmethod
    def of(cls, citation: Citation) -> QuoteCard:
        """The card of a citation, without a heading if that is the document's title."""
        heading = citation.heading if citation.heading != citation.title else None
        return cls(
            Source.of_citation(citation),
            heading or "",
            _sentence(citation),
            _passage(citation),
            citation.quote,
            shown_excerpt(citation),
        )


@dataclass(frozen=True, slots=True)
class NearestPassage:
    """A passage near the question, cut around its sentence that is nearest."""

    source: Source
    text: str


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage that was read, as a row of the table under "Why this answer"."""

    source: Source
    dense_rank: int | None
    keyword_rank: int | None
    best: str
    margin: str


def pending(turn: str, question: str) -> str:
    """The turn before it has an answer."""
    return _turn("pending", turn, "pending", question)


def failed(turn: str, question: str, message: str, *, is_empty: bool = False) -> str:
    """The turn whose question could not be answered, with the reason."""
    return _turn("failed", turn, "failed", question, message=message[:1].upper() + message[1:], is_empty=is_empty)


def stopped(turn: str, question: str) -> str:
    """The turn that was stopped."""
    return _turn("stopped", turn, "failed stopped", question)


def answered(
    turn: str,
    answer: Answer,
    *,
    failures: Sequence[Failure] = (),
    asked: tuple[str, str] | None = None,
    narrowed: bool = False,
) -> str:
    """The turn with its answer, or with the passages nearest to the question.

    ``asked`` is the question as it was typed and as it was understood, where it was completed from earlier turns;
    ``narrowed`` says that only some documents were searched.
    """
    typed, understood = asked or (answer.question, "")
    return _turn(
        "answered",
        turn,
        "found" if answer.found else "refused",
        typed,
        record=json.dumps(record(answer, understood), ensure_ascii=False),
        understood=understood,
        answer=answer,
        passages=[_row(passage) for passage in answer.passages[:MAX_PASSAGES]],
        times={stage: _duration(getattr(answer.timings, stage)) for stage in ("search", "read", "total")},
        **(_found(answer) if answer.found else _refused(answer, failures, narrowed=narrowed)),
    )


def record(answer: Answer, understood: str = "") -> dict[str, object]:
    """The answer as the browser stores it, to export it and to send a verdict on it."""
    return {
        "question": understood or answer.question,
        "asked": answer.asked,
        "found": answer.found,
        "text": answer.text,
        "probability": round(answer.probability, 4),
        "confidence": answer.confidence,
        "revision": answer.revision,
        "citations": [
            {
                "document": citation.document_id,
                "path": citation.path,
                "title": citation.title,
                "page": citation.page,
                "page_label": citation.page_label,
                "date": citation.date,
                "date_source": citation.date_source,
                "dated": dating(citation.date_source),
                "document_sha256": citation.document_sha256,
                "quote": citation.quote,
                "start": citation.start,
                "end": citation.end,
                "address": _anchor(citation).href,
                "sentence": _sentence(citation).plain,
                "marked": [_sentence(citation).before, citation.quote, _sentence(citation).after],
                "table": _table_record(citation),
            }
            for citation in answer.citations
        ],
    }


def _table_record(citation: Citation) -> dict[str, object] | None:
    """The rows around a cited cell, for the export and for copying."""
    table = shown_excerpt(citation)
    if table is None or table.hit is None:
        return None
    return {
        "place": table.place,
        "caption": table.caption,
        "row": table.hit.number,
        "rows": table.total,
        "columns": [cell.header for cell in table.hit.cells],
        "cells": [[cell.text for cell in row.cells] for row in table.rows],
        "answer": [table.rows.index(table.hit), table.column],
    }


def _turn(template: str, turn: str, state: str, question: str, *, record: str = "", **values: object) -> str:
    return render(f"turn/{template}.html", turn=turn, state=state, question=question, record=record, **values)


def _found(answer: Answer) -> dict[str, object]:
    cards = [QuoteCard.of(citation) for citation in answer.citations]
    other = answer.disagreement
    return {
        "sentence": cards[0].sentence,
        "cards": cards,
        "sure": SURE[answer.confidence],
        "ranks": _ranks(answer),
        "disagreement": QuoteCard.of(other.citation) if other else None,
    }


def _ranks(answer: Answer) -> str:
    """Where the passage of the answer stood in both searches: "the nearest by meaning and the second by words"."""
    cited = answer.citations[0]
    read = next(
        (one for one in answer.passages if one.document_id == cited.document_id and one.start <= cited.start < one.end),
        None,
    )
    ranks = {"by meaning": read.dense_rank, "by words": read.keyword_rank} if read else {}
    return " and ".join(
        f"{'the nearest' if rank == 1 else f'number {rank}'} {how}" for how, rank in ranks.items() if rank is not None
    )


def _refused(answer: Answer, failures: Sequence[Failure], *, narrowed: bool) -> dict[str, object]:
    guess = answer.guess
    guessed = (guess.citation.document_id, guess.citation.chunk_start) if guess else None
    others = [passage for passage in answer.passages if (passage.document_id, passage.start) != guessed]
    return {
        "guess": QuoteCard.of(guess.citation) if guess else None,
        "nearest": [_nearest(passage, answer.question) for passage in others[:NEAREST]],
        "failures": failures,
        "most_failures": MAX_FAILURES,
        "narrowed": narrowed,
    }


def _nearest(passage: PassageRead, question: str) -> NearestPassage:
    start, end = highlight(question, passage.text, passage.best)
    return NearestPassage(Source.of_passage(passage), "".join(excerpt(flowing(passage.text), start, end, room=160)))


def _row(passage: PassageRead) -> PassageRow:
    margin = "–" if passage.margin is None else f"{passage.margin:+.1f}".replace("-", "−")
    source = Source.of_passage(passage, dated=False)
    return PassageRow(source, passage.dense_rank, passage.keyword_rank, passage.best, margin)


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.1f} s"


def _anchor(citation: Citation) -> Anchor:
    return Anchor.of(citation.document_id, citation.start, citation.quote)


def _sentence(citation: Citation) -> MarkedText:
    """The sentence with the quote marked."""
    start = citation.start - citation.sentence_start
    before, quote, after = excerpt(flowing(citation.sentence), start, start + len(citation.quote))
    return MarkedText(before=before, quote=quote, after=after)


def _passage(citation: Citation) -> MarkedText:
    """The passage that was read, with the sentence and the quote marked."""
    start = citation.sentence_start - citation.chunk_start
    end = min(start + len(citation.sentence), len(citation.passage))
    text = flowing(citation.passage)
    before = _without_headings(text[: max(0, start)], citation.heading or "")
    lead, _, tail = excerpt(before + text[max(0, end) :], len(before), len(before), room=280)
    sentence = _sentence(citation)
    return MarkedText(lead, sentence.before, sentence.quote, sentence.after, tail)


def _without_headings(lead: str, heading: str) -> str:
    """``lead`` without the headings that it begins with, which are shown above the passage."""
    for title in heading.split(" › "):
        line, _, rest = lead.partition("\n")
        if title and line.strip("# \t") == title:
            lead = rest.lstrip()
    return lead
