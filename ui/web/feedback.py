"""Verdicts on answers: kept beside the index as JSONL, and offered as questions for an evaluation."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from index import IndexNotFoundError
from ui.service.engine import AnswerEngine

FILE = "verdicts.jsonl"
MAX_BYTES = 20_000_000  # of the file; people who use the page must not be able to fill the disk


class CitedSpan(BaseModel):
    """A citation of the answer: ``text[start:end]`` of a document."""

    path: Annotated[str, Field(max_length=2000)]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class Verdict(BaseModel):
    """A person's verdict on one answer."""

    model_config = ConfigDict(extra="ignore")

    turn: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    verdict: Literal["up", "down"]
    question: Annotated[str, Field(max_length=2000)]
    found: bool
    text: Annotated[str, Field(max_length=5000)]
    probability: Annotated[float, Field(ge=0, le=1)]
    revision: Annotated[int, Field(ge=0)]
    citations: Annotated[list[CitedSpan], Field(max_length=50)]

    def as_example(self) -> dict[str, object]:
        """The question and its answer as ``quoth eval`` reads them; without answers if it was rightly refused."""
        example: dict[str, object] = {"question": self.question, "answers": [self.text] if self.found else []}
        return example | ({"document": self.citations[0].path} if self.citations else {})


def router(location: Path, engine: AnswerEngine) -> APIRouter:
    """The routes for verdicts on the engine's answers, kept in the folder ``location``."""
    routes = APIRouter(prefix="/ui/verdicts", include_in_schema=False)
    writing = threading.Lock()
    file = location / FILE

    @routes.post("", status_code=HTTPStatus.NO_CONTENT)
    def add(verdict: Verdict) -> None:
        """Add a verdict; a later one on the same turn replaces it."""
        try:
            engine.answerer()
        except IndexNotFoundError as error:
            raise HTTPException(HTTPStatus.CONFLICT, "There is no index to keep verdicts beside.") from error
        location.mkdir(parents=True, exist_ok=True)  # it is missing when the index is in Milvus
        line = json.dumps(verdict.model_dump() | {"at": datetime.now(UTC).isoformat(timespec="seconds")})
        with writing, file.open("a", encoding="utf-8") as kept:
            if kept.tell() < MAX_BYTES:
                kept.write(line + "\n")

    @routes.get("/examples.jsonl", response_class=PlainTextResponse)
    def right_answers() -> str:
        """The answers with a verdict of "right", as questions for ``quoth eval``."""
        right = (verdict for verdict in last_verdicts(file) if verdict.verdict == "up")
        return "".join(json.dumps(verdict.as_example(), ensure_ascii=False) + "\n" for verdict in right)

    return routes


def last_verdicts(file: Path) -> list[Verdict]:
    """The last verdict on each turn, in the order of the turns."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    verdicts = (Verdict.model_validate_json(line) for line in lines if line)
    return list({verdict.turn: verdict for verdict in verdicts}.values())
