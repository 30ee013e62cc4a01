"""Answers and citations made by hand."""

from __future__ import annotations

from qa.text import enclosing_sentences
from qa.types import Answer, Candidate, Citation, PassageRead, Timings

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


def refused(*passages: PassageRead, question: str = "Who won the cup?") -> Answer:
    return Answer(question, False, "", 0.1, 0.5, (), passages=passages or (passage(),), revision=7)


def candidate(cited: Citation, probability: float = 0.8) -> Candidate:
    return Candidate(cited.quote, probability, 2.0, cited)
