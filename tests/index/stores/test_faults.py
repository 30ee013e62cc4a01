"""A write that fails leaves the old revision or the new one, and the next build completes the rest.

The suite tries a few of the writes; ``pytest test_faults.py --faults 9999 -s`` tries every one.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index import DocumentIndex, StorageError, add, build, plan, rebuild, remove, repair, verify
from tests.support.build_server import STORAGE_FAILED, BuildRequest, BuildServer
from tests.support.hash_embedder import HashEmbedder


def write_files(folder: Path, edition: str) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(12):
        (folder / f"{number}.txt").write_text(f"The {edition} edition of file {number}. " + "And so it goes on. " * 60)


@pytest.fixture
def builds(tmp_path: Path) -> Iterator[BuildServer]:
    compiler, library = shutil.which("cc"), tmp_path / "failing_writes.so"
    if compiler is None:
        pytest.skip("no C compiler")
    source = Path(__file__).with_name("failing_writes.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    started = BuildServer(tmp_path / "index", tmp_path / "files", library)
    yield started
    started.close()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("rebuilding", [False, True], ids=["build", "rebuild"])
@pytest.mark.parametrize(("error", "all_later_fail"), [(errno.EIO, False), (errno.ENOSPC, True)], ids=["once", "full"])
def test_a_disk_that_fails_at_any_write_is_reported_and_loses_nothing(
    builds: BuildServer, rebuilding: bool, error: int, all_later_fail: bool, faults: int
) -> None:
    write_files(builds.folder, "first")
    build([builds.folder], builds.location, embedder=HashEmbedder())
    write_files(builds.folder, "second")
    _, writes = builds.run_uninterrupted(rebuild=rebuilding)
    tried = sorted(random.Random(1).sample(range(1, writes + 1), min(faults, writes)))
    reported = 0
    for number in tried:
        write_files(builds.folder, f"{number}th")
        reported += (
            builds.run(
                BuildRequest(rebuild=rebuilding, error=error, failing_write=number, all_later_fail=all_later_fail)
            )
            == STORAGE_FAILED
        )
        assert verify(builds.location).problems == ()
        with DocumentIndex.open(builds.location, embedder=HashEmbedder()) as opened:
            assert opened.status().documents == 12
            assert opened.search("edition of file 3")
    print(f"\n{errno.errorcode[error]} at {len(tried)} of {writes} writes, reported {reported} times")
    assert reported
    build([builds.folder], builds.location, embedder=HashEmbedder())
    with DocumentIndex.open(builds.location, embedder=HashEmbedder()) as opened:
        assert all(f"{tried[-1]}th" in opened.text(record.id) for record in opened.documents())


@contextmanager
def closed(location: Path) -> Iterator[None]:
    """This process may not write to a folder inside the block; root becomes another user for that."""
    location.parent.chmod(0o755)
    location.chmod(0o555)
    for file in location.iterdir():
        file.chmod(0o444)
    root = os.getuid() == 0
    if root:
        os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        if root:
            os.setresuid(0, 0, 0)
        location.chmod(0o755)


@pytest.fixture
def read_only(folder: Path) -> Iterator[Path]:
    """A read-only index, in a folder that every user may enter."""
    place = Path(tempfile.mkdtemp())
    shutil.move(folder, place / "documents")
    build([place / "documents"], place / "index", embedder=HashEmbedder())
    with closed(place / "index"):
        yield place / "index"
    shutil.rmtree(place)


def test_a_read_only_index_can_be_planned_for_verified_and_searched(read_only: Path) -> None:
    documents = read_only.parent / "documents"
    assert plan([documents], read_only).empty
    assert verify(read_only).sound
    with DocumentIndex.open(read_only, embedder=HashEmbedder()) as opened:
        assert opened.search("iron melts")[0].document.path == "iron.html"


def test_every_change_of_a_read_only_index_is_an_error_and_leaves_no_file(read_only: Path) -> None:
    before = sorted(path.name for path in read_only.iterdir())
    documents = read_only.parent / "documents"
    for act in (
        lambda: build([documents], read_only, embedder=HashEmbedder()),
        lambda: rebuild([documents], read_only, embedder=HashEmbedder()),
        lambda: add([documents], read_only, embedder=HashEmbedder()),
        lambda: remove(["tea.txt"], read_only),
        lambda: repair(read_only, embedder=HashEmbedder()),
    ):
        with pytest.raises(StorageError, match=r"written: Permission denied"):
            act()
    assert sorted(path.name for path in read_only.iterdir()) == before


class FailingConnection(sqlite3.Connection):
    """A connection whose n-th writing statement fails with the error of a failing disk."""

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


def fail(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace"])
def test_a_catalog_that_cannot_be_made_is_made_by_the_next_build(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(call, fail)
        with pytest.raises(StorageError, match="No space left on device"):
            build([folder], tmp_path / "index", embedder=HashEmbedder())
    assert build([folder], tmp_path / "index", embedder=HashEmbedder()).documents == 3
    assert verify(tmp_path / "index").problems == ()


def test_a_vector_file_that_cannot_be_written_loses_no_document(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("faiss.write_index", fail)
        with pytest.raises(StorageError, match="No space left on device"):
            build([folder], tmp_path / "index", embedder=HashEmbedder())
    with DocumentIndex.open(tmp_path / "index", embedder=HashEmbedder()) as opened:
        assert opened.search("iron melts")[0].document.path == "iron.html"
    build([], tmp_path / "index", embedder=HashEmbedder())
    assert verify(tmp_path / "index").problems == ()
