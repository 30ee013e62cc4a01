"""Check yourself: asks a person's own questions in the background, and shows what was wrong beside what is right."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePath
from typing import Annotated

from fastapi import APIRouter, HTTPException, UploadFile
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from index import IndexNotFoundError, Progress, QuothError
from qa import ENOUGH_QUESTIONS, Evaluation, GoldQuestion, measure_rows, read_gold, run_evaluation
from ui.errors import EvaluationStoppedError, ShuttingDownError
from ui.service.cpu import lower_priority
from ui.service.engine import AnswerEngine
from ui.service.refusals import Refusals, RefusedGroup
from ui.settings import ChosenThreshold, save_threshold
from ui.web.html import render
from ui.web.quality.evaluation_report import render_report, svg_plots
from ui.web.quality.feedback import FILE as VERDICTS
from ui.web.quality.feedback import judged_questions
from ui.web.quality.own_questions import MOST, Check, OwnQuestion, OwnQuestions, QuestionsFile
from ui.web.quality.result import Shown, shown
from ui.web.shell import policy

MAX_BYTES = 10_000_000  # in a file of questions
MOST_GROUPS = 30  # of refused questions that are shown
FAILED = "The questions could not be asked. The server's log has the details."
TITLE = "Quoth on your questions"


class NewQuestion(BaseModel):
    """A question as a person writes it, with its right answer, empty if no document says it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    question: Annotated[str, Field(min_length=1, max_length=2000)]
    answer: Annotated[str, Field(max_length=5000)] = ""


@dataclass(frozen=True, slots=True)
class EvaluationState:
    """The progress of the check while ``running``, else the measures or the error of the last one."""

    running: bool = False
    done: int = 0
    total: int = 0
    problem: str = ""
    evaluation: Evaluation | None = None


class EvaluationPage:
    """Checks over one engine, one at a time."""

    def __init__(self, engine: AnswerEngine, location: Path, refusals: Refusals) -> None:
        """``location`` is the folder of the index, where questions, results and the chosen threshold are saved."""
        self._engine, self._location, self._refusals = engine, location, refusals
        self._file = QuestionsFile(location)
        self._state = EvaluationState()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._cancelled = threading.Event()  # of the running check
        self.router = APIRouter(prefix="/ui/quality", include_in_schema=False, default_response_class=HTMLResponse)
        self.router.add_api_route("", self.show, methods=["GET"])
        self.router.add_api_route("", self.take_file, methods=["POST"])
        self.router.add_api_route("/questions", self.add, methods=["POST"])
        self.router.add_api_route("/questions/{question}", self.remove, methods=["DELETE"])
        self.router.add_api_route("/verdicts", self.take_verdicts, methods=["POST"])
        self.router.add_api_route("/ask", self.start, methods=["POST"], status_code=HTTPStatus.ACCEPTED)
        self.router.add_api_route("/stop", self.stop_running, methods=["POST"])
        self.router.add_api_route("/report", self.report, methods=["GET"])
        self.router.add_api_route("/threshold", self.set_threshold, methods=["POST"])
        self.router.add_api_route("/refused", self.keep_refused, methods=["POST"])
        self.router.add_api_route("/refused", self.forget_refused, methods=["DELETE"])

    def show(self) -> str:
        """The page: the result, the questions, what nobody answers, and the figures."""
        kept = self._file.read()
        try:
            answerer = self._engine.answerer()
        except IndexNotFoundError:
            return render("quality/empty.html")
        return render_evaluation(
            self._state,
            answerer.threshold,
            shown(kept),
            refused=self._refusals.groups(answerer.index.embedder.encode)[:MOST_GROUPS],
            keeps_refused=self._refusals.allowed,
            judged=len(self._new_judged(kept)),
        )

    def add(self, question: NewQuestion) -> str:
        """Add a question, or replace its right answer."""
        answers = tuple(part for part in map(str.strip, question.answer.split("|")) if part)
        return self._plus([OwnQuestion(question=question.question, answers=answers)])

    def remove(self, question: str) -> str:
        """Remove a question."""
        self._file.change(lambda kept: kept.without(question))
        return self.show()

    def take_file(self, file: UploadFile) -> str:
        """Add the questions of a file."""
        return self._plus(
            OwnQuestion(question=gold.question, answers=gold.answers, document=gold.document, origin="file")
            for gold in _read(file)
        )

    def take_verdicts(self) -> str:
        """Add the questions of which a verdict tells the right answer."""
        return self._plus(self._new_judged(self._file.read()))

    def start(self) -> str:
        """Start asking all questions, in the background."""
        kept = self._file.read()
        if not kept.questions:
            raise HTTPException(HTTPStatus.CONFLICT, "There is no question to ask yet.")
        with self._lock:
            if self._state.running:
                raise HTTPException(HTTPStatus.CONFLICT, "The questions are being asked already.")
            self._cancelled.clear()
            self._state = EvaluationState(True, 0, len(kept.questions))
        asked = [question.gold() for question in kept.questions]
        threading.Thread(target=self._run, args=(asked,), name="evaluation", daemon=False).start()
        return self.show()

    def stop(self) -> None:
        """Stop the check after the present question, when the service ends."""
        self._stopping.set()
        self._cancelled.set()

    def stop_running(self) -> str:
        """Stop the running check after the present question."""
        self._cancelled.set()
        return self.show()

    def report(self) -> HTMLResponse:
        """The last check as a page of its own, with every wrong answer."""
        if self._state.evaluation is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "Nothing has been asked since the service started.")
        report = render_report(self._state.evaluation, TITLE)
        return HTMLResponse(report, headers={"content-security-policy": policy(report)})

    def set_threshold(self, choice: ChosenThreshold) -> str:
        """Set the threshold for everyone, and save it beside the index."""
        self._engine.set_threshold(choice.threshold)
        save_threshold(self._location, choice)
        return self.show()

    def keep_refused(self) -> str:
        """Keep refused questions from now on."""
        self._refusals.allow()
        return self.show()

    def forget_refused(self) -> str:
        """Delete the refused questions, and keep none from now on."""
        self._refusals.forget()
        return self.show()

    def _plus(self, more: Iterable[OwnQuestion]) -> str:
        added = list(more)
        if len(added) > MOST:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {MOST:,} questions can be kept.")
        self._file.change(lambda kept: kept.plus(added))
        return self.show()

    def _new_judged(self, kept: OwnQuestions) -> list[OwnQuestion]:
        """The questions that verdicts tell and that are not asked yet, or with another right answer."""
        known = {(one.question, one.answers) for one in kept.questions}
        judged = judged_questions(self._location / VERDICTS)
        return [one for one in judged if (one.question, one.answers) not in known]

    def _run(self, questions: Sequence[GoldQuestion]) -> None:
        lower_priority()  # people's questions come first

        def report_progress(step: Progress) -> None:
            if self._stopping.is_set():
                raise ShuttingDownError("the service is shutting down")
            if self._cancelled.is_set():
                raise EvaluationStoppedError("The asking was stopped.")
            self._state = EvaluationState(True, step.done, step.total)

        try:
            answerer = self._engine.answerer()
            evaluation = run_evaluation(answerer, questions, progress=report_progress)
            check = Check.of(evaluation, answerer.index.status().documents)
            self._file.change(lambda kept: kept.checked(check))
            self._state = EvaluationState(evaluation=evaluation)
        except QuothError as problem:
            self._state = EvaluationState(problem=str(problem))
        finally:
            if self._state.running:  # an unexpected error, which the thread logs
                self._state = EvaluationState(problem=FAILED)


def render_evaluation(
    state: EvaluationState,
    threshold: float,
    result: Shown,
    *,
    refused: Sequence[RefusedGroup] = (),
    keeps_refused: bool = False,
    judged: int = 0,
) -> str:
    """The page as HTML."""
    return render(
        "quality/check.html",
        state=state,
        threshold=threshold,
        result=result,
        refused=refused,
        keeps_refused=keeps_refused,
        judged=judged,
        enough=ENOUGH_QUESTIONS,
        **(_figures(state.evaluation) if state.evaluation else {}),
    )


def _figures(evaluation: Evaluation) -> dict[str, object]:
    best = evaluation.recommended
    return {
        "best": best,
        "costs": sorted((*evaluation.costs, *([best] if best else [])), key=lambda cost: cost.threshold),
        "measures": measure_rows(evaluation.scores),
        "plots": svg_plots(evaluation),
    }


def _read(file: UploadFile) -> list[GoldQuestion]:
    content = file.file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The file is larger than {MAX_BYTES // 10**6} MB.")
    with tempfile.TemporaryDirectory(prefix="quoth-") as folder:
        path = Path(folder) / f"questions{PurePath(file.filename or '').suffix.lower()}"
        path.write_bytes(content)
        try:
            return read_gold(path)
        except QuothError as problem:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(problem).replace(f"{folder}/", "")) from problem
