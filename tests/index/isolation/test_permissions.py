"""Readers without permission to write follow the owner's builds, and a new index is for its owner alone."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from index import DocumentIndex, IndexNotFoundError, build, plan, verify, write_whole
from index.stores.folder.schema import CATALOG, connect_to_write
from tests.support.hash_embedder import HashEmbedder
from tests.support.paths import ROOT
from tests.support.processes import bound_by_permissions

READER = """
import sys
from pathlib import Path
from index import DocumentIndex, QuestionError, QuothError
from tests.support.hash_embedder import HashEmbedder
with DocumentIndex.open(Path(sys.argv[1]), embedder=HashEmbedder()) as opened:
    for line in sys.stdin:
        try:
            with opened.snapshot() as view:
                hits = view.search(line.strip())
                found = (view.revision, *sorted(hit.document.path for hit in hits))
                if "hold" in line:
                    print("holds", flush=True)
                    if "fail" in sys.stdin.readline():
                        raise QuestionError("for a reason of its own")
            print(*found, flush=True)
        except QuothError as error:
            print(type(error).__name__, flush=True)
"""


@contextmanager
def reader_without_permission(location: Path) -> Iterator[subprocess.Popen[str]]:
    command = [*bound_by_permissions(), sys.executable, "-c", READER, str(location)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as reader:  # type: ignore[call-overload]
        yield reader
        reader.kill()


def asked(reader: subprocess.Popen[str], question: str) -> list[str]:
    assert reader.stdin is not None and reader.stdout is not None and reader.stderr is not None
    print(question, file=reader.stdin, flush=True)
    return reader.stdout.readline().split() or [reader.stderr.read()]


def writable(location: Path, *, by_owner: bool) -> None:
    location.chmod(0o755 if by_owner else 0o555)
    for file in location.iterdir():
        file.chmod(0o644 if by_owner else 0o444)


def test_a_reader_without_permission_to_write_follows_the_owners_builds(folder: Path, tmp_path: Path) -> None:
    location = tmp_path / "index"
    build([folder], location, embedder=HashEmbedder())
    writable(location, by_owner=False)
    with reader_without_permission(location) as reader:
        assert set(asked(reader, "green tea")[1:]) == {"deep/coffee.md", "iron.html", "tea.txt"}
        for number in range(3):
            for copy in range(20):
                (folder / f"{number}-{copy}.txt").write_text(f"Sencha {number} {copy} is a green tea. " * 40)
            writable(location, by_owner=True)
            build([], location, embedder=HashEmbedder())
            writable(location, by_owner=False)
            with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
                expected = [str(opened.revision), *sorted(hit.document.path for hit in opened.search("green tea"))]
            assert asked(reader, "green tea") == expected


def test_what_was_read_while_the_owner_wrote_is_not_believed(folder: Path, tmp_path: Path) -> None:
    location = tmp_path / "index"
    build([folder], location, embedder=HashEmbedder())
    writable(location, by_owner=False)
    with reader_without_permission(location) as reader:
        for told, error in (("go on", "IndexChangedError"), ("fail", "QuestionError")):
            assert asked(reader, "hold the tea") == ["holds"]
            (folder / "tea.txt").write_text(f"Sencha is a green tea, {told}. " * 4000)
            writable(location, by_owner=True)
            build([], location, embedder=HashEmbedder())
            writable(location, by_owner=False)
            assert asked(reader, told) == [error]
            assert "iron.html" in asked(reader, "iron")


def test_a_new_index_is_for_its_owner_alone(folder: Path, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        build([folder], tmp_path / "index", embedder=HashEmbedder())
        write_whole(tmp_path / "index" / "kept" / "one.json", b"{}")
    finally:
        os.umask(before)
    kept = tmp_path / "index" / "kept"
    assert [file.stat().st_mode & 0o777 for file in (kept, *kept.iterdir())] == [0o700, 0o600]
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o700
    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "index").iterdir() if file.is_file()}
    assert len(modes) >= 2
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("left", ["nothing", "a header", "an unfinished file"])
def test_a_catalog_that_was_killed_in_the_making_is_no_index_and_is_made_again(
    folder: Path, tmp_path: Path, left: str
) -> None:
    location = tmp_path / "index"
    location.mkdir()
    if left == "a header":
        with closing(sqlite3.connect(location / CATALOG)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    elif left == "nothing":
        (location / CATALOG).touch()
    else:
        (location / f"{CATALOG}.new").write_bytes(b"SQLite format 3")
    with pytest.raises(IndexNotFoundError):
        DocumentIndex.open(location, embedder=HashEmbedder())
    assert len(plan([folder], location).added) == 3
    assert build([folder], location, embedder=HashEmbedder()).documents == 3
    assert verify(location).sound
    assert not list(location.glob("*.new*"))


def test_a_catalog_appears_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is executed before the tables exist, no catalog is there to be found."""
    seen: list[bool] = []
    connect = sqlite3.connect

    def noting(*arguments, **named):
        connection = connect(*arguments, **named)
        connection.set_trace_callback(lambda _: seen.append((tmp_path / CATALOG).exists()))
        return connection

    monkeypatch.setattr(sqlite3, "connect", noting)
    connect_to_write(tmp_path).close()
    made = seen.index(True)
    assert made > 10
    assert not any(seen[:made])
