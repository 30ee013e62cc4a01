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

from index import make_folder, open_private
from ui.service.engine import AnswerEngine
from ui.web.quality.own_questions import OwnQuestion, RightPlace

FILE = "verdicts.jsonl"
MAX_BYTES = 20_000_000  # in the file, so that people who use the page cannot fill the disk


class CitedSpan(BaseModel):
    """A citation of the answer: ``text[start:end]`` of a document."""

    path: Annotated[str, Field(max_length=2000)]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class Selected(BaseModel):
    """Words that a person selected in a document as the right answer."""

    document: Annotated[int, Field(ge=0, le=2**53)]


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
    right: Annotated[str, Field(max_length=5000)] | None = None  # what is right; "" if no document says it
    selected: Selected | None = None  # where that stands
    place: RightPlace | None = None  # the same, found in the document

    def as_question(self) -> OwnQuestion | None:
        """The question with its right answer; None if that is not known."""
        place = self.place
        if self.right is not None:
            answers = (self.right,) if self.right else ()
            document = place.path if place else None
            return OwnQuestion(
                question=self.question, answers=answers, document=document, place=place, origin="verdict"
            )
        if self.verdict == "down":
            return None
        answers = (self.text,) if self.found else ()
        document = self.citations[0].path if self.citations else None
        return OwnQuestion(question=self.question, answers=answers, document=document, origin="verdict")


def as_example(question: OwnQuestion) -> dict[str, object]:
    """A question in the format of ``quoth eval``; without answers if no document says it."""
    example: dict[str, object] = {"question": question.question, "answers": list(question.answers)}
    return example | ({"document": question.document} if question.document else {})


def router(location: Path, engine: AnswerEngine) -> APIRouter:
    """The routes for verdicts on the engine's answers, which are saved in the folder ``location``."""
    routes = APIRouter(prefix="/ui/verdicts", include_in_schema=False)
    writing = threading.Lock()
    file = location / FILE

    @routes.post("", status_code=HTTPStatus.NO_CONTENT)
    def add(verdict: Verdict) -> None:
        """Save a verdict; it replaces an earlier one on the same turn. Once the file is full, it is dropped."""
        index = engine.answerer().index  # raises if there is no index to keep verdicts beside
        at = verdict.selected.document if verdict.selected and verdict.right else None
        place = RightPlace.of(at, index.document(at), verdict.right or "") if at is not None else None
        verdict = verdict.model_copy(update={"place": place})
        make_folder(location)  # it is missing when the index is in Milvus
        line = json.dumps(verdict.model_dump() | {"at": datetime.now(UTC).isoformat(timespec="seconds")})
        with writing, open(file, "a", encoding="utf-8", opener=open_private) as kept:
            if kept.tell() < MAX_BYTES:
                kept.write(line + "\n")

    @routes.get("/examples.jsonl", response_class=PlainTextResponse)
    def right_answers() -> str:
        """The questions whose right answer people have told, as questions for ``quoth eval``."""
        return "".join(json.dumps(as_example(one), ensure_ascii=False) + "\n" for one in judged_questions(file))

    return routes


def judged_questions(file: Path) -> list[OwnQuestion]:
    """The questions whose right answer the verdicts tell."""
    return [question for verdict in last_verdicts(file) if (question := verdict.as_question())]


def last_verdicts(file: Path) -> list[Verdict]:
    """The last verdict on each turn, in the order of the turns."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    verdicts = (Verdict.model_validate_json(line) for line in lines if line)
    return list({verdict.turn: verdict for verdict in verdicts}.values())
