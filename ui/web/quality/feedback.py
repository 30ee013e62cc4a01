"""People's verdicts on answers: saved beside the index as JSONL, and exported as questions for an evaluation."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from ui.service.engine import AnswerEngine

FILE = "verdicts.jsonl"
MAX_BYTES = 20_000_000  # in the file, so that people who use the page cannot fill the disk


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
        """The question and its answer in the format of ``quoth eval``; without answers if it was not found."""
        example: dict[str, object] = {"question": self.question, "answers": [self.text] if self.found else []}
        return example | ({"document": self.citations[0].path} if self.citations else {})


def router(location: Path, engine: AnswerEngine) -> APIRouter:
    """The routes for verdicts on the engine's answers, which are saved in the folder ``location``."""
    routes = APIRouter(prefix="/ui/verdicts", include_in_schema=False)
    writing = threading.Lock()
    file = location / FILE

    @routes.post("", status_code=HTTPStatus.NO_CONTENT)
    def add(verdict: Verdict) -> None:
        """Save a verdict; it replaces an earlier one on the same turn. Once the file is full, it is dropped."""
        engine.answerer()  # raises if there is no index to keep verdicts beside
        location.mkdir(parents=True, exist_ok=True)  # it is missing when the index is in Milvus
        line = json.dumps(verdict.model_dump() | {"at": datetime.now(UTC).isoformat(timespec="seconds")})
        with writing, file.open("a", encoding="utf-8") as kept:
            if kept.tell() < MAX_BYTES:
                kept.write(line + "\n")

    @routes.get("/examples.jsonl", response_class=PlainTextResponse)
    def right_answers() -> str:
        """The answers that were called right, as questions for ``quoth eval``."""
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
