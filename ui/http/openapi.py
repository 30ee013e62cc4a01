"""The parts of the OpenAPI description that the routes do not give, and examples of responses."""

from __future__ import annotations

from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from ui.http.problems import Problem

DESCRIPTION = (
    "Answers questions about a folder of documents in the documents' own words, or says that they do not hold the "
    "answer. Every error is a problem (RFC 9457). Every response has an `X-Request-ID`, which is in the log too: the "
    "one that was sent, if it is at most 64 letters, digits, dots, dashes and underscores, else a new one."
)
TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "The setting `token`. A service without one admits every request, and serves only its own machine.",
}
UNGUARDED: dict[str, Any] = {"security": []}  # for a route that needs no token

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
_REPORT: Example = {
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
PLANNED: Example = _REPORT
EVENTS = (
    'event: progress\ndata: {"step": "parse", "done": 1, "total": 1, "detail": "soyuz.pdf"}\n\n'
    'event: done\ndata: {"plan": {"added": ["soyuz.pdf"]}, "revision": 2, "documents": 1, "chunks": 3}\n\n'
)


def example(value: Example | str, media_type: str = "application/json") -> dict[int | str, Example]:
    """A route's 200 response with an example, for its ``responses``."""
    return {HTTPStatus.OK.value: {"content": {media_type: {"example": value}}}}


def describe(app: FastAPI) -> None:
    """Complete the OpenAPI description that ``app`` generates."""
    app.version = version("quoth")
    app.description = DESCRIPTION
    app.license_info = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
    app.servers = [{"url": "http://127.0.0.1:7860", "description": "Where `quoth chat` listens by default."}]
    describe_routes = app.openapi

    def complete() -> dict[str, Any]:
        described = describe_routes()
        components = described.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        components["securitySchemes"] = {"token": TOKEN}
        described["security"] = [{"token": []}, {}]
        return described

    app.openapi = complete  # type: ignore[method-assign]
