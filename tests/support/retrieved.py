"""Retrieved passages, spans and proposals made by hand."""

from __future__ import annotations

from typing import Any

from index import Chunk, DocumentRecord, Hit
from qa.answering.answer_checks import CHECKS
from qa.answering.calibration import Calibration
from qa.answering.candidates import Proposal, RetrievedPassage, propose
from qa.types import Span

TEXT = "Kim flew to the station. He will stay for eight months.\n\nIt is far."
NO_CHECKS = (0.0,) * len(CHECKS)  # weights that ignore the checks
CALIBRATION = Calibration((1.0, 0.0, 0.0, 0.0, *NO_CHECKS), -1.0, 0.5)


def hit(
    text: str,
    start: int = 0,
    end: int | None = None,
    document: int = 1,
    rank: int = 1,
    body_start: int = 0,
    heading: str | None = None,
) -> Hit:
    end = len(text) if end is None else end
    record = DocumentRecord(
        id=document,
        path=f"{document}.txt",
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
    )
    chunk = Chunk(rank, document, 0, start, end, text[start:end], None, heading)
    return Hit(chunk, record, rank, 1.0, dense_score=0.5)


def retrieve(text: str, question: str = "Who?", **changes: Any) -> RetrievedPassage:
    return RetrievedPassage.of(hit(text, **changes), text, question)


def span(retrieved: RetrievedPassage, words: str, margin: float = 5.0, passage: int = 0) -> Span:
    start = retrieved.passage.text.index(words)
    return Span(passage, start, start + len(words), words, margin)


def proposals(passages: list[RetrievedPassage], *spans: Span) -> list[Proposal]:
    return propose(passages, sorted(spans, key=lambda s: -s.margin), CALIBRATION)
