"""``quoth verify-quote``: quotes and saved answers are checked without a model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index import build
from tests.support.hash_embedder import HashEmbedder
from tests.support.paths import ROOT
from ui.cli.quote_views import marked

QUOTH = str(Path(sys.executable).parent / "quoth")
LAMP = "The pier lamp is blue, and it is lit at dusk."


@pytest.fixture
def location(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "lamp.txt").write_text(f"About the pier.\n\n{LAMP}\n")
    build([tmp_path / "docs"], tmp_path / "index", embedder=HashEmbedder())
    return tmp_path / "index"


def run(location: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [QUOTH, "verify-quote", "--index", str(location), *arguments]
    as_bytes = {"encoding": "utf-8", "errors": "surrogateescape"}
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, input=stdin, capture_output=True, check=False, cwd=ROOT, env=environment, **as_bytes)


def test_a_verbatim_quote_exits_with_0_and_names_its_document(location: Path):
    done = run(location, "The pier lamp is blue")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "Verbatim:" and "lamp.txt" in done.stdout


def test_any_other_exits_with_1_and_marks_the_words_that_differ(location: Path):
    done = run(location, "-", stdin="The pier lamp is red, and it is lit at dusk.\n\udcff is no UTF-8")
    assert done.returncode == 1
    assert "The pier lamp is [-red-]{+blue+}, and it is lit at dusk." in done.stdout


def test_saved_answers_are_checked_without_models_or_the_page(location: Path, tmp_path: Path):
    start = len("About the pier.\n\n")
    citation = {"path": "lamp.txt", "quote": LAMP, "start": start, "end": start + len(LAMP)}
    saved = tmp_path / "answers.json"
    saved.write_text(json.dumps([{"question": "Which colour?", "citations": [citation]}]))
    script = (
        "import sys; from ui.cli.app import main\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, *({'torch', 'gradio', 'transformers'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, "verify-quote", "--index", str(location), "--file", str(saved)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-2:] == ["1 answer at revision 2: 1 there", "0"]
    citation["start"] += 1
    citation["end"] += 1
    saved.write_text(json.dumps({"question": "Which colour?", "citations": [citation]}))
    moved = run(location, "--file", str(saved), "--json")
    assert moved.returncode == 1
    assert [one["state"] for one in json.loads(moved.stdout)["citations"]] == ["moved"]


@pytest.mark.parametrize("arguments", [(), ("a quote", "--file", "answers.json"), ("--file", "no such file")])
def test_without_a_quote_or_a_readable_file_the_usage_is_wrong(location: Path, arguments: tuple[str, ...]):
    assert run(location, *arguments).returncode == 2


def test_text_of_documents_cannot_control_the_terminal():
    assert "\x1b" not in marked("The \x1b[2J lamp", ()).plain
