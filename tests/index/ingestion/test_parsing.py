"""A file may crash, hang or swell its parser: it is reported, and the others are parsed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index import Document, Failure, IndexSettings, load
from index.ingestion.parsing import _Worker, _WorkerError, parsed
from index.ingestion.sources import Scope, SourceFile, scan
from index.loaders.document_json import document_to_json
from index.loaders.worker import pack
from tests.support.processes import ends_within, is_running
from tests.support.samples.files import decompression_bomb_pdf


@pytest.fixture
def files(folder: Path) -> tuple[SourceFile, ...]:
    return scan(Scope(folder)).files


def test_documents_come_through_the_pipe_whole(folder: Path, files: tuple[SourceFile, ...]) -> None:
    documents = {item.path: item for item in parsed(files, IndexSettings()) if isinstance(item, Document)}
    assert documents == {file.path: load(folder / file.path, folder) for file in files}


def test_a_parser_that_takes_too_long_is_ended(folder: Path) -> None:
    for number in range(2):
        (folder / f"{number}.html").write_text("<p>Slow.</p>")
    failures = list(parsed(scan(Scope(folder)).files, IndexSettings(parse_seconds=0.001)))
    assert [item.reason for item in failures if isinstance(item, Failure)] == [
        "parsing it took longer than 0.001 seconds (`parse_seconds`)"
    ] * 3


def test_a_file_that_takes_too_much_memory_is_reported_and_the_next_is_parsed(folder: Path) -> None:
    (folder / "a.json").write_text("[" + "[],\n" * 15_000_000 + "[]]")
    results = list(parsed(scan(Scope(folder)).files, IndexSettings(parse_megabytes=900, parse_workers=1)))
    failures = [item for item in results if isinstance(item, Failure)]
    assert [failure.path for failure in failures] == ["a.json"]
    assert "memory" in failures[0].reason
    assert len(results) == 4


def test_parsing_a_decompression_bomb_ends_before_it_fills_the_memory(folder: Path) -> None:
    (folder / "bomb.pdf").write_bytes(bomb := decompression_bomb_pdf(400))
    assert len(bomb) < 2_000_000
    results = list(parsed(scan(Scope(folder)).files, IndexSettings(parse_megabytes=500, parse_workers=1)))
    assert [item.reason for item in results if isinstance(item, Failure)] == ["its parser crashed (SIGABRT)"]
    assert len(results) == 4


def test_a_file_larger_than_the_limit_is_not_read(folder: Path) -> None:
    (folder / "large.txt").write_text("x" * 2_000_000)
    results = list(parsed(scan(Scope(folder)).files, IndexSettings(file_megabytes=1)))
    assert [item.reason for item in results if isinstance(item, Failure)] == ["larger than 1 MB"]


def test_a_crash_is_reported_with_its_signal(files: tuple[SourceFile, ...]) -> None:
    worker = _Worker(IndexSettings())
    os.kill(worker._process.pid, signal.SIGSEGV)
    with pytest.raises(_WorkerError, match=r"its parser crashed \(SIGSEGV\)"):
        worker.parse(files[0], threading.Event())
    worker.end()


def test_stopping_early_ends_the_workers(files: tuple[SourceFile, ...]) -> None:
    results = parsed(files, IndexSettings())
    next(results)
    results.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("parser")]


PRINTING = """
import os
from index.loaders import worker

def printing(*arguments, load=worker.load, **named):
    os.write(1, b"noise")
    return load(*arguments, **named)

worker.load = printing
worker.main()
"""


def test_printing_parsers_do_not_disturb_the_answers(folder: Path) -> None:
    request = pack({"path": str(folder / "tea.txt"), "root": str(folder), "limit": 1000})
    command = [sys.executable, "-c", PRINTING, "2000"]
    done = subprocess.run(command, input=2 * request, capture_output=True, check=True)
    document = document_to_json(load(folder / "tea.txt", folder))
    assert done.stdout == 2 * pack({"document": document})
    assert done.stderr == 2 * b"noise"


TRAP = "import os; open({marker!r}, 'a').write(__name__ + os.environ.get('QUOTH_TOKEN', ''))\nraise ImportError"


def test_a_folder_of_documents_runs_no_code(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A current folder from which Python would import what lies in it."""
    marker = tmp_path / "ran"
    for module in ("json", "struct", "pypdfium2", "sitecustomize"):
        (folder / f"{module}.py").write_text(TRAP.format(marker=str(marker)))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("QUOTH_TOKEN", "secret")
    (folder / "page.html").write_text("<p>A page.</p>")
    results = list(parsed(scan(Scope(folder)).files, IndexSettings()))
    assert not marker.exists()
    assert ["A page." in item.text for item in results if item.path == "page.html"] == [True]


WORKER = """
import sys, threading, time
from pathlib import Path
from index import IndexSettings
from index.ingestion.parsing import _Worker
from index.ingestion.sources import Scope, scan
worker = _Worker(IndexSettings())
worker.parse(scan(Scope(Path(sys.argv[1]))).files[0], threading.Event())  # it has begun once it has parsed a file
print(worker._process.pid, flush=True)
time.sleep(600)
"""


def test_a_parser_that_is_stuck_ends_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>A page.</p>")
    with subprocess.Popen([sys.executable, "-c", WORKER, tmp_path], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, signal.SIGSTOP)
        parent.kill()
    try:
        assert ends_within(child, 10)
    finally:
        if is_running(child):
            os.kill(child, signal.SIGKILL)
