"""A file may crash, hang or swell its parser: it is reported, and the others are parsed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from index import Document, Embedder, Failure, IndexSettings, load
from index.chunking.chunker import Chunker
from index.ingestion.ingest import Chunked
from index.ingestion.parsing import _Worker, _WorkerError, parsed
from index.ingestion.sources import Scope, SourceFile, scan
from index.loaders.document_json import document_to_json
from index.loaders.worker import HEADER, pack
from tests.support.processes import ends_within, is_running
from tests.support.samples.files import decompression_bomb_pdf


@pytest.fixture
def files(folder: Path) -> tuple[SourceFile, ...]:
    return scan(Scope(folder)).files


@pytest.fixture(scope="session")
def tokenizer(embedder: Embedder) -> Tokenizer:
    return embedder.tokenizer


def results_of(folder: Path, tokenizer: Tokenizer, settings: IndexSettings | None = None) -> list[Chunked | Failure]:
    return list(parsed(scan(Scope(folder)).files, settings or IndexSettings(), tokenizer))


def reasons(results: Iterable[Chunked | Failure]) -> list[str]:
    return [result.reason for result in results if isinstance(result, Failure)]


def setup_of(tokenizer: Tokenizer) -> bytes:
    return pack({"tokenizer": tokenizer.to_str(), "tokens": 200})


def test_ending_a_parser_kills_it_even_if_it_is_stuck(tokenizer: Tokenizer) -> None:
    """The first, since others would wait for ever for a parser that is not killed."""
    worker = _Worker(IndexSettings(), setup_of(tokenizer))
    os.kill(worker._process.pid, signal.SIGSTOP)
    ending = threading.Thread(target=worker.end)
    ending.start()
    try:
        assert ends_within(worker._process.pid, 30)
    finally:
        worker._process.kill()
        ending.join()


def test_documents_and_passages_come_through_the_pipe_whole(
    folder: Path, files: tuple[SourceFile, ...], tokenizer: Tokenizer, chunker: Chunker
) -> None:
    documents = {item.path: item for item in results_of(folder, tokenizer) if isinstance(item, Chunked)}
    expected = {file.path: load(folder / file.path, folder) for file in files}
    assert {path: item.document for path, item in documents.items()} == expected
    assert all(list(item.chunks) == chunker.chunk(item.document) for item in documents.values())


def test_a_parser_that_takes_too_long_is_ended(folder: Path, tokenizer: Tokenizer) -> None:
    for number in range(2):
        (folder / f"{number}.html").write_text("<p>Slow.</p>")
    failures = results_of(folder, tokenizer, IndexSettings(parse_seconds=0.001))
    assert reasons(failures) == ["parsing it took longer than 0.001 seconds (`parse_seconds`)"] * 5


def test_a_file_that_takes_too_much_memory_is_reported_and_the_next_is_parsed(
    folder: Path, tokenizer: Tokenizer
) -> None:
    (folder / "a.json").write_text("[" + "[],\n" * 15_000_000 + "[]]")
    results = results_of(folder, tokenizer, IndexSettings(parse_megabytes=900, parse_workers=1))
    failures = [item for item in results if isinstance(item, Failure)]
    assert [failure.path for failure in failures] == ["a.json"]
    assert "memory" in failures[0].reason
    assert len(results) == 4


def test_parsing_a_decompression_bomb_ends_before_it_fills_the_memory(folder: Path, tokenizer: Tokenizer) -> None:
    (folder / "bomb.pdf").write_bytes(bomb := decompression_bomb_pdf(400))
    assert len(bomb) < 2_000_000
    results = results_of(folder, tokenizer, IndexSettings(parse_megabytes=500, parse_workers=1))
    assert reasons(results) == ["its parser crashed (SIGABRT)"]
    assert len(results) == 4


def test_a_file_larger_than_the_limit_is_not_read(folder: Path, tokenizer: Tokenizer) -> None:
    (folder / "large.txt").write_text("x" * 2_000_000)
    results = results_of(folder, tokenizer, IndexSettings(file_megabytes=1))
    assert reasons(results) == ["larger than 1 MB (`file_megabytes`)"]


def test_a_parser_that_takes_nothing_is_ended(files: tuple[SourceFile, ...], tokenizer: Tokenizer) -> None:
    worker = _Worker(IndexSettings(parse_seconds=1), setup_of(tokenizer))
    os.kill(worker._process.pid, signal.SIGSTOP)
    with pytest.raises(_WorkerError, match="longer than 1 seconds"):
        worker.parse(files[0], b"x" * 5_000_000, threading.Event())
    worker.end()


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="this system does not tell who waits")
def test_the_time_in_which_a_parser_waits_for_a_core_is_not_its_own(
    files: tuple[SourceFile, ...], tokenizer: Tokenizer
) -> None:
    core = {min(os.sched_getaffinity(0))}
    rivals = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    worker = _Worker(IndexSettings(parse_seconds=60), setup_of(tokenizer))
    for process in (*rivals, worker._process):
        os.sched_setaffinity(process.pid, core)
    assert isinstance(worker.parse(files[0], b"Tea.", threading.Event()), Chunked)
    assert worker._starved() > 0.1
    worker.end()
    for rival in rivals:
        rival.kill()
        rival.wait()


def lying(tokenizer: Tokenizer, response: bytes, length: int | None = None) -> _Worker:
    """A parser that says this, and that it says so many bytes, whatever it is asked."""
    worker = _Worker(IndexSettings(), setup_of(tokenizer))
    worker.end()
    reading, writing = os.pipe()
    os.write(writing, HEADER.pack(len(response) if length is None else length) + response[:60_000])
    os.close(writing)
    worker._responses = os.fdopen(reading, "rb")
    worker._write = lambda *_: None  # type: ignore[method-assign]
    return worker


CLAIMED = document_to_json(Document("other.txt", "Title", "Words.", "text/plain", source="/other", sha256="00"))
BEYOND = {"start": 0, "end": 7, "page": None, "heading": None, "context": "", "rows": None}
LIES = {
    "no JSON": b"no JSON",
    "no object": b"[]",
    "no fields": b'{"document": {}}',
    "deep": b"[" * 50_000,
    "a passage beyond the text": json.dumps({"document": CLAIMED, "chunks": [BEYOND]}).encode(),
    "half a character": json.dumps({"document": CLAIMED | {"text": "\ud800."}, "chunks": []}).encode(),
}


@pytest.mark.parametrize("response", LIES.values(), ids=LIES)
def test_a_parser_that_lies_fails_its_file_only(
    files: tuple[SourceFile, ...], tokenizer: Tokenizer, response: bytes
) -> None:
    with pytest.raises(_WorkerError, match="malformed"):
        lying(tokenizer, response).parse(files[0], b"", threading.Event())


def test_a_parser_that_says_too_much_is_not_listened_to(files: tuple[SourceFile, ...], tokenizer: Tokenizer) -> None:
    with pytest.raises(_WorkerError, match="its text is too long"):
        lying(tokenizer, b"", length=1 << 60).parse(files[0], b"", threading.Event())


def test_a_parser_is_not_believed_about_which_file_it_read(files: tuple[SourceFile, ...], tokenizer: Tokenizer) -> None:
    worker = lying(tokenizer, pack({"document": CLAIMED, "chunks": []})[HEADER.size :])
    parsed_file = worker.parse(files[0], b"content", threading.Event())
    assert isinstance(parsed_file, Chunked)
    document = parsed_file.document
    digest = hashlib.sha256(b"content").hexdigest()
    assert (document.path, document.source, document.sha256) == (files[0].path, files[0].source, digest)


def test_a_crash_is_reported_with_its_signal(files: tuple[SourceFile, ...], tokenizer: Tokenizer) -> None:
    worker = _Worker(IndexSettings(), setup_of(tokenizer))
    os.kill(worker._process.pid, signal.SIGSEGV)
    with pytest.raises(_WorkerError, match=r"its parser crashed \(SIGSEGV\)"):
        worker.parse(files[0], b"x" * 5_000_000, threading.Event())  # more than a pipe takes
    worker.end()


def test_stopping_early_ends_the_workers(files: tuple[SourceFile, ...], tokenizer: Tokenizer) -> None:
    results = parsed(files, IndexSettings(), tokenizer)
    next(results)
    results.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("parser")]


PRINTING = """
import os
from index.loaders import worker

def printing(*arguments, parse=worker.parse):
    os.write(1, b"noise")
    return parse(*arguments)

worker.parse = printing
worker.main()
"""


def test_printing_parsers_do_not_disturb_the_answers(folder: Path, tokenizer: Tokenizer) -> None:
    content = (folder / "tea.txt").read_bytes()
    request = pack({"path": "tea.txt", "source": str(folder), "bytes": len(content)}) + content
    command = [sys.executable, "-c", PRINTING]
    done = subprocess.run(command, input=setup_of(tokenizer) + 2 * request, capture_output=True, check=True)
    chunk = {"start": 0, "end": len(content), "page": None, "heading": None, "context": "", "rows": None}
    document = document_to_json(load(folder / "tea.txt", folder))
    assert done.stdout == 2 * pack({"document": document, "chunks": [chunk]})
    assert done.stderr == 2 * b"noise"


TRAP = "import os; open({marker!r}, 'a').write(__name__ + os.environ.get('QUOTH_TOKEN', ''))\nraise ImportError"


def test_a_folder_of_documents_runs_no_code(
    folder: Path, tmp_path: Path, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A current folder from which Python would import what lies in it."""
    marker = tmp_path / "ran"
    for module in ("json", "struct", "pypdfium2", "sitecustomize"):
        (folder / f"{module}.py").write_text(TRAP.format(marker=str(marker)))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("QUOTH_TOKEN", "secret")
    (folder / "page.html").write_text("<p>A page.</p>")
    results = results_of(folder, tokenizer, IndexSettings())
    assert not marker.exists()
    pages = [item for item in results if isinstance(item, Chunked) and item.path == "page.html"]
    assert ["A page." in item.document.text for item in pages] == [True]


WORKER = """
import sys, threading, time
from pathlib import Path
from index import Embedder, IndexSettings
from index.ingestion.parsing import _Worker
from index.ingestion.sources import Scope, scan
from index.loaders.worker import pack
worker = _Worker(IndexSettings(), pack({"tokenizer": Embedder().tokenizer.to_str(), "tokens": 200}))
worker.parse(scan(Scope(Path(sys.argv[1]))).files[0], b"<p>A page.</p>", threading.Event())
# It has begun once it has parsed a file.
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
