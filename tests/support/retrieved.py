"""Retrieved passages, spans and proposals made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from index import Chunk, DocumentRecord, Hit, TablePart, TableRows
from index.loaders.text_builder import Grid, TextBuilder
from qa.answering.calibration import Calibration
from qa.answering.candidates import Proposal, RetrievedPassage, propose
from qa.answering.cell_choice import CellChoice
from qa.answering.table_match import TableMatch
from qa.types import Span

TEXT = "Kim flew to the station. He will stay for eight months.\n\nIt is far."
CALIBRATION = Calibration((1.0, 0.0, 0.0, 0.0, 0.0), -1.0, 0.5)


def hit(
    text: str,
    start: int = 0,
    end: int | None = None,
    document: int = 1,
    rank: int = 1,
    body_start: int = 0,
    heading: str | None = None,
    path: str | None = None,
) -> Hit:
    end = len(text) if end is None else end
    record = DocumentRecord(
        id=document,
        path=path or f"{document}.txt",
        title=f"Document {document}",
        media_type="text/plain",
        sha256="",
        source="",
        date="2025-04-08",
        body_start=body_start,
        characters=len(text),
        page_count=0,
        chunk_count=1,
        metadata={},
        warnings=(),
        date_source="metadata",
    )
    chunk = Chunk(rank, document, 0, start, end, text[start:end], None, heading)
    return Hit(chunk, record, rank, 1.0, dense_score=0.5)


def retrieve(text: str, question: str = "Who?", **changes: Any) -> RetrievedPassage:
    return RetrievedPassage.of(hit(text, **changes), text, question)


def retrieve_rows(
    grid: Grid,
    question: str,
    *,
    first: int = 0,
    last: int | None = None,
    lead: str = "Limits by country.",
    **changes: Any,
) -> RetrievedPassage:
    """A passage of the rows from ``first`` to ``last`` of a table that stands after the paragraph ``lead``."""
    builder = TextBuilder()
    builder.add(lead)
    builder.add_table(grid)
    (table,) = builder.tables
    last = len(table.rows) - 1 if last is None else last
    lines = builder.text[table.start : table.end].split("\n")
    start = table.start + len("\n".join([*lines[:first], ""]))
    found = hit(builder.text, start=start, end=start + len("\n".join(lines[first : last + 1])), **changes)
    chunk = replace(found.chunk, rows=TableRows(0, first, last), context=lead)
    around = TablePart.of(table, 0, 0, len(table.rows) - 1)
    match = TableMatch.of(question, chunk, around, CellChoice(row=6.0, header=3.0))
    return RetrievedPassage.of(replace(found, chunk=chunk), builder.text, question, match)


def span(retrieved: RetrievedPassage, words: str, margin: float = 5.0, passage: int = 0) -> Span:
    start = retrieved.passage.text.index(words)
    return Span(passage, start, start + len(words), words, margin)


def proposals(passages: list[RetrievedPassage], *spans: Span) -> list[Proposal]:
    return propose(passages, sorted(spans, key=lambda s: -s.margin), CALIBRATION)
