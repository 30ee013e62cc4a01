"""A write that fails, wherever it fails, leaves the old revision or the new one, and the next build mends the rest."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from standin import HashEmbedder

from index import DocumentIndex, StorageError, build, verify

# Runs a build in which no file may grow beyond a size: every write after that fails, as on a full disk.
LIMITED = """
import resource, signal, sys
from pathlib import Path
from standin import HashEmbedder
from index import IndexSettings, QuothError, build
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    build([Path(sys.argv[2])], Path(sys.argv[1]), settings=IndexSettings(commit_chunks=2), embedder=HashEmbedder())
except QuothError as error:
    print("told:", error)
"""


def run_limited(location: Path, folder: Path, size: int) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    command = [sys.executable, "-c", LIMITED, str(location), str(folder), str(size)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def write_files(folder: Path, edition: str) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(12):
        (folder / f"{number}.txt").write_text(f"The {edition} edition of file {number}. " + "And so it goes on. " * 60)


def test_a_full_disk_is_told_and_costs_nothing(tmp_path: Path) -> None:
    location, folder = tmp_path / "index", tmp_path / "files"
    write_files(folder, "first")
    build([folder], location, embedder=HashEmbedder())
    write_files(folder, "second")
    told = 0
    for size in (100, 4_500, 33_000, 60_000, 90_000, 120_000, 150_000):
        finished = run_limited(location, folder, size)
        assert finished.returncode == 0, finished.stderr
        told += "told: " in finished.stdout and "What was committed is safe" in finished.stdout
        assert verify(location).problems == ()
        with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
            assert opened.status().documents == 12
            assert opened.search("edition of file 3")
    assert told >= 3
    build([folder], location, embedder=HashEmbedder())
    with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
        assert all("second" in opened.text(record.id) for record in opened.documents())


class FailingConnection(sqlite3.Connection):
    """A connection whose n-th statement that writes fails as the device would make it fail."""

    left = 10**9

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "COMMIT", "BEGIN IMMEDIATE")):
            FailingConnection.left -= 1
            if FailingConnection.left < 0:
                raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, parameters)


@pytest.mark.parametrize("statement", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55])
def test_an_error_at_any_statement_keeps_the_old_revision(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    location = tmp_path / "index"
    build([folder], location, embedder=HashEmbedder())
    (folder / "tea.txt").write_text("Another tea.")
    (folder / "iron.html").unlink()
    (folder / "new.txt").write_text("Something new. " * 200)
    connect = sqlite3.connect
    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **({"factory": FailingConnection} | k)))
        FailingConnection.left = statement
        try:
            build([], location, embedder=HashEmbedder())
        except StorageError as error:
            assert "disk I/O error" in str(error)
        FailingConnection.left = 10**9
    assert verify(location).problems == ()
    build([], location, embedder=HashEmbedder())
    with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
        assert {record.path for record in opened.documents()} == {"deep/coffee.md", "new.txt", "tea.txt"}


@pytest.mark.parametrize("call", ["os.fsync", "faiss.write_index", "pathlib.Path.replace"])
def test_a_vector_file_that_cannot_be_written_loses_no_document(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(call, fail)
        with pytest.raises(StorageError, match="No space left on device"):
            build([folder], tmp_path / "index", embedder=HashEmbedder())
    with DocumentIndex.open(tmp_path / "index", embedder=HashEmbedder()) as opened:
        assert opened.search("iron melts")[0].document.path == "iron.html"
    build([], tmp_path / "index", embedder=HashEmbedder())
    assert verify(tmp_path / "index").problems == ()
