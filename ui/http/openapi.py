"""The OpenAPI description of the service: what it says beyond what the routes say of themselves."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from ui.http.problems import Problem

WELCOME = (
    "Answers questions about a folder of documents in the documents' own words, or says that they do not hold the "
    "answer. Every error is a problem as of RFC 9457. Every response carries an `X-Request-ID`, the one that was sent "
    "if it is of at most 64 letters, digits, dots, dashes and underscores; the log names it too."
)
TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "The setting `token`. A service without one serves this machine alone, and asks for none.",
}
UNGUARDED: dict[str, Any] = {"security": []}  # for a route that asks for no token


def describe(app: FastAPI) -> None:
    """Complete the description that ``app`` gives of itself."""
    app.version = version("quoth")
    app.description = WELCOME
    app.license_info = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
    app.servers = [{"url": "http://127.0.0.1:7860", "description": "Where `quoth chat` listens unless told otherwise."}]
    routes_alone = app.openapi

    def complete() -> dict[str, Any]:
        described = routes_alone()
        parts = described.setdefault("components", {})
        parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        parts["securitySchemes"] = {"token": TOKEN}
        described["security"] = [{"token": []}, {}]
        return described

    app.openapi = complete  # type: ignore[method-assign]
