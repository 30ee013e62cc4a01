"""Answers and citations made by hand."""

from __future__ import annotations

from index import Document, TablePart
from index.loaders.text_builder import Grid, TextBuilder
from qa.answering.tables import table_cell, table_excerpt
from qa.text import enclosing_sentences
from qa.types import Answer, Candidate, Citation, PassageRead, Timings

COUNTRIES = Grid(
    rows=[
        ["Cyprus", "34", "17", "120"],
        ["Denmark", "58", "29", "185"],
        ["Spain", "26", "13", "95"],
        ["Switzerland", "64", "32", "210*"],
        ["Taiwan", "46", "23", "90"],
        ["<i>Utopia</i>", "|", "", ""],
        ["Vietnam", "30", "15", "75"],
    ],
    columns=[["Country"], ["Allowance", "Full day"], ["Allowance", "Half day"], ["Hotel limit"]],
    caption="Table 2",
)
TEXT = "Kim flew on Tuesday. The Soyuz 2.1a rocket blasted off from Baikonur. It docked three hours later."


def citation(text: str = TEXT, quote: str = "Soyuz 2.1a", *, title: str = "A flight", **changes: object) -> Citation:
    start = text.index(quote)
    first, last = enclosing_sentences(text, start, start + len(quote))
    fields: dict[str, object] = {
        "document_id": 3,
        "path": "flight.txt",
        "title": title,
        "page": 4,
        "heading": None,
        "date": "2025-04-08",
        "start": start,
        "end": start + len(quote),
        "quote": quote,
        "sentence": text[first:last],
        "sentence_start": first,
        "chunk_start": 0,
        "passage": text,
    }
    return Citation(**(fields | changes))


def cell_citation(quote: str = "210", *, title: str = "Travel policy") -> Citation:
    """A citation of a cell in a table with two header rows."""
    builder = TextBuilder()
    builder.add("Limits by country.")
    builder.add_table(COUNTRIES)
    (table,) = builder.tables
    part = TablePart.of(table, 0, 0, len(table.rows) - 1)
    start = builder.text.index(quote)
    row = next(line for line in builder.text.split("\n") if quote in line)
    excerpt = table_excerpt(part, builder.text, start, start + len(quote))
    return citation(
        builder.text,
        quote,
        title=title,
        sentence=row,
        sentence_start=builder.text.index(row),
        table=table_cell(part, builder.text, start),
        excerpt=excerpt,
    )


def cell_document(**changes: object) -> Document:
    """The document of ``cell_citation``."""
    builder = TextBuilder()
    builder.add("Limits by country.")
    builder.add_table(COUNTRIES)
    builder.add("Amounts above need approval.")
    fields = {"path": "a.txt", "title": "Travel policy", "text": builder.text, "media_type": "text/plain"}
    return Document(**(fields | {"tables": builder.tables} | changes))


def passage(text: str = TEXT, **changes: object) -> PassageRead:
    fields: dict[str, object] = {
        "document_id": 3,
        "path": "flight.txt",
        "title": "A flight",
        "page": 4,
        "heading": None,
        "date": "2025-04-08",
        "start": 0,
        "end": len(text),
        "text": text,
        "retrieval_score": 1.5,
        "dense_rank": 1,
        "keyword_rank": None,
        "margin": 3.25,
        "best": "Soyuz 2.1a",
    }
    return PassageRead(**(fields | changes))


def found(*citations: Citation, question: str = "What rocket was used?", **changes: object) -> Answer:
    cited = citations or (citation(),)
    fields: dict[str, object] = {
        "question": question,
        "found": True,
        "text": cited[0].quote,
        "probability": 0.93,
        "threshold": 0.5,
        "citations": cited,
        "passages": (passage(),),
        "revision": 7,
        "timings": Timings(4.0, 120.0, 125.0),
    }
    return Answer(**(fields | changes))


def refused(*passages: PassageRead, question: str = "Who won the cup?", guesses: tuple[Candidate, ...] = ()) -> Answer:
    return Answer(question, False, "", 0.1, 0.5, (), candidates=guesses, passages=passages or (passage(),), revision=7)


def candidate(cited: Citation, probability: float = 0.8) -> Candidate:
    return Candidate(cited.quote, probability, 2.0, cited)
