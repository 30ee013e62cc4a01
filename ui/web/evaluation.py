"""How good the answers are: questions of a person's own asked in the background, the plots, and the threshold."""

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
from qa.evaluation.evaluate import Evaluation, evaluate
from qa.evaluation.questions import GoldQuestion, read_gold
from qa.evaluation.report import html, plots, rows
from ui.service.chosen_threshold import Chosen, keep
from ui.service.cpu import lower_priority
from ui.service.engine import AnswerEngine, EndingError
from ui.text import counted, one_line
from ui.web.html import text
from ui.web.shell import policy

LARGEST = 10_000_000  # bytes of a file of questions
EXAMPLE = '{"question": "What rocket was used?", "answers": ["Soyuz 2.1a"]}'


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the evaluation stands: under way while ``running``, else what came of the last one."""

    running: bool = False
    name: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""
    evaluation: Evaluation | None = None


class Quality:
    """Evaluations over one desk, one at a time."""

    def __init__(self, engine: AnswerEngine, location: Path) -> None:
        """``location`` is the folder of the index, where the threshold that is chosen is kept."""
        self._engine, self._location = engine, location
        self._standing = Standing()
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self.router = APIRouter(prefix="/ui/quality", include_in_schema=False, default_response_class=HTMLResponse)
        self.router.add_api_route("", self.shown, methods=["GET"])
        self.router.add_api_route("", self.begin, methods=["POST"], status_code=HTTPStatus.ACCEPTED)
        self.router.add_api_route("/report", self.report, methods=["GET"])
        self.router.add_api_route("/threshold", self.choose, methods=["POST"])

    def shown(self) -> str:
        """What there is to see: a place for a file, progress, or the result."""
        try:
            return page(self._standing, self._engine.answerer().threshold)
        except QuothError as problem:
            raise HTTPException(HTTPStatus.CONFLICT, str(problem)) from problem

    def begin(self, file: UploadFile) -> str:
        """Ask the questions of a file, in the background."""
        questions = _read(file)
        with self._lock:
            if self._standing.running:
                raise HTTPException(HTTPStatus.CONFLICT, "An evaluation is running already.")
            self._standing = Standing(True, one_line(file.filename or "questions"), 0, len(questions))
        threading.Thread(target=self._run, args=(questions,), name="evaluation").start()
        return self.shown()

    def stop(self) -> None:
        """Let an evaluation end with the question that is being answered: the service ends."""
        self._ending.set()

    def report(self) -> HTMLResponse:
        """The last evaluation as a page of its own, with every miss."""
        if self._standing.evaluation is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "Nothing has been evaluated yet.")
        report = html(self._standing.evaluation, f"Quoth on {self._standing.name}")
        return HTMLResponse(report, headers={"content-security-policy": policy(report)})

    def choose(self, choice: Chosen) -> str:
        """Give answers from another probability on, for everybody, and keep that beside the index."""
        try:
            self._engine.set_threshold(choice.threshold)
            keep(self._location, choice)
        except QuothError as problem:
            raise HTTPException(HTTPStatus.CONFLICT, str(problem)) from problem
        return self.shown()

    def _run(self, questions: Sequence[GoldQuestion]) -> None:
        lower_priority()  # people who ask come first
        name = self._standing.name

        def tell(step: Progress) -> None:
            if self._ending.is_set():
                raise EndingError("the service ends")
            self._standing = Standing(True, name, step.done, step.total)

        try:
            evaluation = evaluate(self._engine.answerer(), questions, progress=tell)
            self._standing = Standing(name=name, evaluation=evaluation)
        except QuothError as problem:
            self._standing = Standing(name=name, problem=str(problem))
        finally:
            if self._standing.running:  # it ended in a way that nobody foresaw; the thread's traceback is logged
                self._standing = Standing(name=name, problem="The evaluation failed. The server's log has the details.")


def page(standing: Standing, threshold: float) -> str:
    """The whole view, for the library's dialog."""
    running = f' data-running="{standing.done}"' if standing.running else ""
    return (
        '<header><h2 id="library-title">Quality</h2><p class="total">Questions whose answers you know</p>'
        '<button type="button" data-do="library">Library</button>'
        '<button type="button" data-do="close-library">Close</button></header>'
        f'<div class="body quality"{running}>{_file(running=standing.running)}{_result(standing, threshold)}</div>'
    )


def _file(*, running: bool) -> str:
    if running:
        return ""
    return (
        '<div class="add"><p><label class="button">Choose a file of questions'
        '<input type="file" data-questions accept=".jsonl,.ndjson,.csv,.tsv,.json"></label></p>'
        "<p>JSONL or CSV with question, answers (none where the documents do not say) and optionally document; or "
        'SQuAD’s JSON. <a href="/ui/verdicts/examples.jsonl" download>Answers that were called right</a> are such a '
        "file.</p></div>"
    )


def _result(standing: Standing, threshold: float) -> str:
    if standing.running:
        said = f"Asking {standing.done} of {counted(standing.total, 'question')} of {text(standing.name)}"
        bar = f'<progress aria-label="Evaluation" max="{standing.total or 1}" value="{standing.done}"></progress>'
        return f'<div class="progress" role="status"><p>{said}</p>{bar}</div>'
    if standing.problem:
        return f'<p class="problem" role="alert">{text(standing.problem)}</p>'
    if standing.evaluation is None:
        return (
            f"<p>Answers are given from a probability of {threshold:.2f}. A file of questions whose answers you know "
            "shows whether that suits your documents. In JSONL each has a line:</p>"
            f'<pre tabindex="0">{text(EXAMPLE)}</pre>'
        )
    return _evaluated(standing.evaluation, standing.name, threshold)


def _evaluated(evaluation: Evaluation, name: str, threshold: float) -> str:
    measures = "".join(
        f'<tr><th scope="row">{text(row.name)}</th><td>{text(row.value)}</td><td>{text(row.meaning)}</td></tr>'
        for row in rows(evaluation.scores)
    )
    figures = "".join(f"<li>{plot}</li>" for plot in plots(evaluation))
    return (
        f"<h3>{text(name)}</h3>{_thresholds(evaluation, threshold)}"
        f'<ul class="plots">{figures}</ul><div class="scroll" tabindex="0" role="group" aria-label="Measures">'
        f"<table><tbody>{measures}</tbody></table></div>"
        '<p><a href="/ui/quality/report" target="_blank" rel="noopener">The whole report, with every miss</a></p>'
    )


def _thresholds(evaluation: Evaluation, threshold: float) -> str:
    best = evaluation.fitted
    costs = (*evaluation.costs, best)
    marks = "".join(
        f'<option value="{cost.threshold:.4f}"'
        f"{' selected' if cost is best else ''}>{cost.threshold:.2f}: {_cost(cost.answered, cost.right)}"
        f"{' (best balance)' if cost is best else ''}</option>"
        for cost in sorted(costs, key=lambda cost: cost.threshold)
    )
    return (
        f'<p class="threshold"><span>Answers are given from <strong>{threshold:.2f}</strong>.</span> '
        f"<label>Change to <select data-threshold>{marks}</select></label> "
        '<button type="button" class="button main" data-do="threshold">Use it</button></p>'
    )


def _cost(answered: float, right: float | None) -> str:
    return f"{answered:.0%} answered" + ("" if right is None else f", {right:.0%} of them right")


def _read(file: UploadFile) -> list[GoldQuestion]:
    content = file.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The file is larger than {LARGEST // 10**6} MB.")
    with tempfile.TemporaryDirectory(prefix="quoth-") as folder:
        path = Path(folder) / f"questions{PurePath(file.filename or '').suffix.lower()}"
        path.write_bytes(content)
        try:
            return read_gold(path)
        except QuothError as problem:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(problem).replace(f"{folder}/", "")) from problem
