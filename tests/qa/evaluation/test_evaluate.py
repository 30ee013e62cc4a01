"""Evaluation with the real models: a small index with known answers, and the command."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index import SourceNotFoundError, build
from qa import Answerer, ReaderSettings
from qa.evaluation.evaluate import Evaluation, answerer_over, holds, peak_memory, run_evaluation
from qa.evaluation.questions import GoldQuestion, QuestionFileError, assign_documents, paragraph_documents
from qa.evaluation.scores import Verdict
from ui.cli.app import app

FERRY = "The ferry to Föhr leaves Dagebüll at a quarter past nine. The crossing takes fifty minutes."
BRIDGE = "The bridge over the Eider was opened in 1916. It is three hundred metres long."
QUESTIONS = [
    GoldQuestion("Where does the ferry to Föhr leave from?", ("Dagebüll",), context=FERRY, spans=((25, 33),)),
    GoldQuestion("How long does the crossing take?", ("fifty minutes",), context=FERRY, spans=((77, 90),)),
    GoldQuestion("When was the bridge over the Eider opened?", ("1916", "in 1916"), context=BRIDGE, spans=((40, 44),)),
    GoldQuestion("Who painted the Mona Lisa?", context=BRIDGE),
]


@pytest.fixture(scope="module")
def paragraphs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    """The real reader over the paragraphs of the questions."""
    with answerer_over(paragraph_documents(QUESTIONS), tmp_path_factory.mktemp("paragraphs")) as opened:
        yield opened


@pytest.fixture(scope="module")
def evaluation(paragraphs: Answerer) -> Evaluation:
    return run_evaluation(paragraphs, assign_documents(QUESTIONS))


def test_the_examples_are_what_they_say():
    assert all(question.context[slice(*question.spans[0])] in question.answers for question in QUESTIONS[:3])


def test_retrieval_reading_and_citing_are_all_measured(evaluation: Evaluation):
    scores = evaluation.scores
    assert (scores.questions, scores.answerable) == (4, 3)
    assert dict(scores.recall)[3] == 1.0
    assert scores.citation_exactness in (1.0, None)
    assert scores.answerable_f1 is not None and scores.answerable_f1 > 0.6
    assert 0 < scores.latency_p50 <= scores.latency_p95
    assert 100 << 20 < scores.peak_memory < 16 << 30
    assert scores.alone is not None and scores.alone.f1 is not None


def test_every_question_keeps_its_own_outcome(evaluation: Evaluation):
    assert [outcome.gold.question for outcome in evaluation.outcomes] == [question.question for question in QUESTIONS]
    assert [outcome.rank for outcome in evaluation.outcomes][3] is None
    assert all(outcome.alone is not None for outcome in evaluation.outcomes)


def test_the_figures_survive_json(evaluation: Evaluation):
    plain = json.loads(json.dumps(evaluation.as_dict(), allow_nan=False))
    assert plain["scores"]["recall"].keys() == {"1", "3", "5", "10"}
    assert plain["questions"][0]["answers"] == ["Dagebüll"]
    assert len(plain["costs"]) == 19


def test_a_passage_must_be_of_the_named_document_to_count(paragraphs: Answerer):
    (hit, *_) = paragraphs.index.search(QUESTIONS[0].question, 5)
    assert holds(hit, assign_documents(QUESTIONS)[0])
    assert holds(hit, GoldQuestion("Where?", ("Dagebüll",), document=hit.document.path))
    assert holds(hit, GoldQuestion("Where?", ("dagebüll!",)))
    assert not holds(hit, GoldQuestion("Where?", ("Dagebüll",), document="another.txt"))
    assert not holds(hit, GoldQuestion("Where?", ("Dage",)))


def test_a_citation_is_checked_against_the_current_file(tmp_path: Path):
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "ferry.txt").write_text(FERRY, encoding="utf-8")
    build([notes], tmp_path / "index")
    asked = [GoldQuestion("Where does the ferry to Föhr leave from?", ("Dagebüll",))]
    with Answerer.open(tmp_path / "index", settings=ReaderSettings(threshold=0.0)) as answerer:
        assert run_evaluation(answerer, asked).scores.citation_exactness == 1.0
        (notes / "ferry.txt").write_text(f"Since May: {FERRY}", encoding="utf-8")
        assert run_evaluation(answerer, asked).scores.citation_exactness == 0.0
        (notes / "ferry.txt").unlink()
        assert run_evaluation(answerer, asked).scores.citation_exactness == 0.0


def test_a_threshold_changes_only_refusals(paragraphs: Answerer, evaluation: Evaluation):
    strict = ReaderSettings(threshold=1.0)
    refusing = run_evaluation(
        Answerer(paragraphs.index, paragraphs.reader, paragraphs.calibration, strict), assign_documents(QUESTIONS)
    ).scores
    assert (refusing.refusal_precision, refusing.refusal_recall, refusing.em) == (0.25, 1.0, 0.25)
    assert refusing.answerable_f1 == evaluation.scores.answerable_f1
    assert refusing.calibration_error == pytest.approx(evaluation.scores.calibration_error)


def test_a_question_that_cannot_be_asked_is_named(paragraphs: Answerer):
    overlong = GoldQuestion("why " * 1000, origin="q.jsonl:7")
    with pytest.raises(QuestionFileError, match=r"q\.jsonl:7: the question has"):
        run_evaluation(paragraphs, [overlong])
    with pytest.raises(QuestionFileError, match="no questions"):
        run_evaluation(paragraphs, [])


def test_peak_memory_is_that_of_the_process():
    before = peak_memory()
    held = bytearray(64 << 20)
    held[::4096] = b"x" * len(held[::4096])
    assert peak_memory() >= before
    assert peak_memory() >= len(held)


@pytest.fixture
def quoth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The command, in this process so that the models are loaded once, and in a folder of its own; gives its output."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["eval", *arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_the_command_asks_the_paragraphs_of_all_files_and_writes_its_report(quoth: Callable[..., str], tmp_path: Path):
    lines = [
        {"question": q.question, "answers": list(q.answers), "context": q.context, "is_impossible": not q.answers}
        for q in QUESTIONS
    ]
    (tmp_path / "few.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (tmp_path / "one.jsonl").write_text(json.dumps(lines[2]), encoding="utf-8")
    shown = quoth("one.jsonl", "few.jsonl", "--contexts", "--fit", "--html", "out.html")
    assert "No threshold is recommended from" in shown and "Still right end to end" in shown
    assert "1 of them answered" in shown  # the first file is asked
    assert "<svg" in (tmp_path / "out.html").read_text(encoding="utf-8")
    asked = json.loads(quoth("one.jsonl", "--ask", "few.jsonl", "--contexts", "--sample", "3", "--json"))
    assert asked["scores"]["questions"] == 3
    assert {path.name for path in tmp_path.iterdir()} == {"few.jsonl", "one.jsonl", "out.html"}  # no index is left


def test_the_command_reads_a_table_and_asks_the_configured_index(
    quoth: Callable[..., str], tmp_path: Path, seed_index: Path
):
    with (tmp_path / "own.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [("question", "answers"), ("What rocket was used?", "Soyuz 2.1a|Soyuz"), ("Why?", "")]
        )
    first, second = json.loads(quoth("own.csv", "--index", str(seed_index), "--json"))["questions"]
    assert (first["rank"], second["rank"]) == (1, None)


def test_the_demonstration_indexes_the_seeds_for_itself(
    quoth: Callable[..., str], seeds: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(seeds.parent)
    scores = json.loads(quoth("--demo", "--sample", "6", "--json"))["scores"]
    assert (scores["questions"], scores["citation_exactness"]) == (6, 1.0)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--demo", "q.jsonl"),
        ("--demo", "--contexts"),
        ("q.jsonl", "--contexts", "--index", "x"),
        ("--demo", "--html", "missing/out.html"),
    ],
)
def test_contradictory_options_are_wrong_usage(arguments: tuple[str, ...]):
    assert CliRunner().invoke(app, ["eval", *arguments]).exit_code == 2


def test_the_demonstration_needs_the_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceNotFoundError, match="--demo indexes"):
        CliRunner().invoke(app, ["eval", "--demo"], catch_exceptions=False)


def test_a_bad_file_is_reported_with_its_line(tmp_path: Path):
    (tmp_path / "q.jsonl").write_text('{"question": "Why?"}')
    command = [str(Path(sys.executable).parent / "quoth"), "eval", "q.jsonl"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "q.jsonl:1: no answers" in done.stderr


def test_verdicts_name_the_right_answers(evaluation: Evaluation):
    right = replace(evaluation.outcomes[0], answer=replace(evaluation.outcomes[0].answer, found=True, text="Dagebüll"))
    assert right.verdict is Verdict.RIGHT
