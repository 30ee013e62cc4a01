"""The evaluation page: asks a file of questions in the background, shows the measures, and sets the threshold."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePath

from fastapi import APIRouter, HTTPException, UploadFile
from fastapi.responses import HTMLResponse

from index import Progress, QuothError
from qa import Evaluation, GoldQuestion, measure_rows, read_gold, run_evaluation
from ui.errors import EvaluationStoppedError, ShuttingDownError
from ui.service.cpu import lower_priority
from ui.service.engine import AnswerEngine
from ui.settings import ChosenThreshold, save_threshold
from ui.text import one_line
from ui.web.html import render
from ui.web.quality.evaluation_report import render_report, svg_plots
from ui.web.shell import policy

MAX_BYTES = 10_000_000  # in a file of questions
FAILED = "The evaluation failed. The server's log has the details."
EXAMPLE = '{"question": "What rocket was used?", "answers": ["Soyuz 2.1a"]}'


@dataclass(frozen=True, slots=True)
class EvaluationState:
    """The progress of the evaluation while ``running``, else the result or the error of the last one."""

    running: bool = False
    name: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""
    evaluation: Evaluation | None = None


class EvaluationPage:
    """Evaluations over one engine, one at a time."""

    def __init__(self, engine: AnswerEngine, location: Path) -> None:
        """``location`` is the folder of the index, where the chosen threshold is saved."""
        self._engine, self._location = engine, location
        self._state = EvaluationState()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._cancelled = threading.Event()  # of the running evaluation
        self.router = APIRouter(prefix="/ui/quality", include_in_schema=False, default_response_class=HTMLResponse)
        self.router.add_api_route("", self.show, methods=["GET"])
        self.router.add_api_route("", self.start, methods=["POST"], status_code=HTTPStatus.ACCEPTED)
        self.router.add_api_route("/stop", self.stop_running, methods=["POST"])
        self.router.add_api_route("/report", self.report, methods=["GET"])
        self.router.add_api_route("/threshold", self.set_threshold, methods=["POST"])

    def show(self) -> str:
        """The page: its form, then the progress, then the result."""
        return render_evaluation(self._state, self._engine.answerer().threshold)

    def start(self, file: UploadFile) -> str:
        """Start asking the questions of a file, in the background."""
        questions = _read(file)
        with self._lock:
            if self._state.running:
                raise HTTPException(HTTPStatus.CONFLICT, "An evaluation is running already.")
            self._cancelled.clear()
            self._state = EvaluationState(True, one_line(file.filename or "questions"), 0, len(questions))
        threading.Thread(target=self._run, args=(questions,), name="evaluation", daemon=False).start()
        return self.show()

    def stop(self) -> None:
        """Stop the evaluation after the present question, when the service ends."""
        self._stopping.set()
        self._cancelled.set()

    def stop_running(self) -> str:
        """Stop the running evaluation after the present question."""
        self._cancelled.set()
        return self.show()

    def report(self) -> HTMLResponse:
        """The last evaluation as a page of its own, with every wrong answer."""
        if self._state.evaluation is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "Nothing has been evaluated yet.")
        report = render_report(self._state.evaluation, f"Quoth on {self._state.name}")
        return HTMLResponse(report, headers={"content-security-policy": policy(report)})

    def set_threshold(self, choice: ChosenThreshold) -> str:
        """Set the threshold for everyone, and save it beside the index."""
        self._engine.set_threshold(choice.threshold)
        save_threshold(self._location, choice)
        return self.show()

    def _run(self, questions: Sequence[GoldQuestion]) -> None:
        lower_priority()  # people's questions come first
        name = self._state.name

        def report_progress(step: Progress) -> None:
            if self._stopping.is_set():
                raise ShuttingDownError("the service is shutting down")
            if self._cancelled.is_set():
                raise EvaluationStoppedError("The evaluation was stopped.")
            self._state = EvaluationState(True, name, step.done, step.total)

        try:
            evaluation = run_evaluation(self._engine.answerer(), questions, progress=report_progress)
            self._state = EvaluationState(name=name, evaluation=evaluation)
        except QuothError as problem:
            self._state = EvaluationState(name=name, problem=str(problem))
        finally:
            if self._state.running:  # an unexpected error, which the thread logs
                self._state = EvaluationState(name=name, problem=FAILED)


def render_evaluation(state: EvaluationState, threshold: float) -> str:
    """The page as HTML, for the library's dialog."""
    result = _result(state.evaluation) if state.evaluation else {}
    return render("evaluation.html", state=state, threshold=threshold, example=EXAMPLE, **result)


def _result(evaluation: Evaluation) -> dict[str, object]:
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
