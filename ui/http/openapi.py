"""The parts of the OpenAPI description that the routes do not give, and examples of responses."""

from __future__ import annotations

import json
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
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

_EXAMPLES: dict[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))


def example(name: str, media_type: str = "application/json") -> dict[int | str, dict[str, Any]]:
    """A route's 200 response with an example from ``examples.json``, for its ``responses``."""
    return {HTTPStatus.OK.value: {"content": {media_type: {"example": _EXAMPLES[name]}}}}


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
