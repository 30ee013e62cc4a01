"""Examples of what the service answers, for its OpenAPI description, which can show no null."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

Example = dict[str, Any]

_TITLE = "A Russian spacecraft safely delivered an American astronaut Jonathan Kim…"
_SENTENCE = "The Russian Soyuz 2.1a rocket blasted off from the Baikonur cosmodrome in Kazakhstan."
_PLACE: Example = {
    "document_id": 1,
    "path": "soyuz.pdf",
    "title": _TITLE,
    "page": 1,
    "heading": "Launch",
    "date": "2025-04-08",
}
_DOCUMENT: Example = {
    "id": 1,
    "path": "soyuz.pdf",
    "title": _TITLE,
    "media_type": "application/pdf",
    "sha256": "56387dfb93d7416b0deb2b337735341a5fbb9de401ddd7b0443c2a22b3ac98a9",
    "source": "/srv/quoth/seeds",
    "date": "2025-04-08",
    "body_start": 0,
    "characters": 2384,
    "page_count": 2,
    "chunk_count": 3,
    "metadata": {},
    "warnings": [],
    "empty_pages": [],
}
_FAILURE: Example = {
    "path": "scan.pdf",
    "source": "/srv/quoth/seeds",
    "reason": "no text in it: a scan",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
_DONE: Example = {
    "plan": {
        "added": ["soyuz.pdf"],
        "changed": [],
        "renamed": [["old.txt", "new.txt"]],
        "deleted": [],
        "unchanged": [],
        "failures": [],
    },
    "revision": 2,
    "documents": 1,
    "chunks": 3,
    "embedded": 0,
    "seconds": 0.01,
    "failures": [],
}

ANSWER: Example = {
    "question": "What rocket was used?",
    "found": True,
    "text": "Soyuz 2.1a",
    "probability": 0.42,
    "threshold": 0.2,
    "citations": [
        _PLACE
        | {
            "start": 264,
            "end": 274,
            "quote": "Soyuz 2.1a",
            "sentence": _SENTENCE,
            "sentence_start": 252,
            "chunk_start": 252,
            "passage": _SENTENCE,
        }
    ],
    "spans": [],
    "candidates": [],
    "passages": [
        _PLACE
        | {
            "start": 252,
            "end": 337,
            "text": _SENTENCE,
            "retrieval_score": 2.88,
            "dense_rank": 1,
            "keyword_rank": 1,
            "margin": 1.4,
            "best": "Soyuz 2.1a",
        }
    ],
    "revision": 2,
    "timings": {"search": 12.1, "read": 411.0, "total": 423.4},
}
HITS: Example = {
    "hits": [
        {
            "chunk": {
                "id": 2,
                "document_id": 1,
                "ordinal": 0,
                "start": 252,
                "end": 337,
                "text": _SENTENCE,
                "page": 1,
                "heading": "Launch",
            },
            "document": _DOCUMENT,
            "rank": 1,
            "score": 2.88,
            "dense_score": 0.35,
            "dense_rank": 1,
            "keyword_score": 2.9,
            "keyword_rank": 1,
        }
    ],
    "revision": 2,
}
DOCUMENTS: Example = {"documents": [_DOCUMENT], "failures": [_FAILURE], "total": 1, "revision": 2}
PLANNED: Example = _DONE
EVENTS = (
    'event: progress\ndata: {"step": "parse", "done": 1, "total": 1, "detail": "soyuz.pdf"}\n\n'
    'event: done\ndata: {"plan": {"added": ["soyuz.pdf"]}, "revision": 2, "documents": 1, "chunks": 3}\n\n'
)


def of(example: Example | str, media_type: str = "application/json") -> dict[int | str, Example]:
    """The response of a route that shows an example."""
    return {HTTPStatus.OK.value: {"content": {media_type: {"example": example}}}}
