"""Verdicts on answers, kept beside the index as lines of JSON, and given out as questions to evaluate by."""

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

FILE = "verdicts.jsonl"
LARGEST = 20_000_000  # bytes of the file; a page that is open to many must not fill the disk


class Cited(BaseModel):
    """Where the answer was said to stand."""

    path: Annotated[str, Field(max_length=2000)]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class Verdict(BaseModel):
    """What a person thinks of one answer."""

    model_config = ConfigDict(extra="ignore")

    turn: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    verdict: Literal["up", "down"]
    question: Annotated[str, Field(max_length=2000)]
    found: bool
    text: Annotated[str, Field(max_length=5000)]
    probability: Annotated[float, Field(ge=0, le=1)]
    revision: Annotated[int, Field(ge=0)]
    citations: Annotated[list[Cited], Field(max_length=50)]

    def as_example(self) -> dict[str, object]:
        """The question and its answers as ``quoth eval`` reads them; no answers where there is rightly none."""
        example: dict[str, object] = {"question": self.question, "answers": [self.text] if self.found else []}
        return example | ({"document": self.citations[0].path} if self.citations else {})


def router(location: Path, *, made: bool = False) -> APIRouter:
    """The routes over the verdicts kept in the folder ``location``, which is ``made`` when the index is elsewhere."""
    routes = APIRouter(prefix="/ui/verdicts", include_in_schema=False)
    writing = threading.Lock()
    file = location / FILE

    @routes.post("", status_code=HTTPStatus.NO_CONTENT)
    def keep(verdict: Verdict) -> None:
        """Add one verdict; a later one on the same turn replaces it."""
        if made:
            location.mkdir(parents=True, exist_ok=True)
        elif not location.is_dir():
            raise HTTPException(HTTPStatus.CONFLICT, "There is no index to keep verdicts beside.")
        line = json.dumps(verdict.model_dump() | {"at": datetime.now(UTC).isoformat(timespec="seconds")})
        with writing, file.open("a", encoding="utf-8") as kept:
            if kept.tell() < LARGEST:
                kept.write(line + "\n")

    @routes.get("/examples.jsonl", response_class=PlainTextResponse)
    def examples() -> str:
        """The answers that people called right, as questions for ``quoth eval``."""
        right = (verdict for verdict in last_verdicts(file) if verdict.verdict == "up")
        return "".join(json.dumps(verdict.as_example(), ensure_ascii=False) + "\n" for verdict in right)

    return routes


def last_verdicts(file: Path) -> list[Verdict]:
    """Every turn's last verdict, in the order of the turns."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    verdicts = (Verdict.model_validate_json(line) for line in lines if line)
    return list({verdict.turn: verdict for verdict in verdicts}.values())
