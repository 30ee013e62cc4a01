"""An index has one writer at a time and many readers, and a rebuild replaces it at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from index import (
    BuildReport,
    Document,
    DocumentIndex,
    IndexLockedError,
    IndexMismatchError,
    IndexSettings,
    Progress,
    build,
    build_documents,
    plan,
    rebuild,
    verify,
)
from index.fingerprint import FORMAT
from index.stores.folder.writer import locked
from tests.support.hash_embedder import HashEmbedder
from tests.support.paths import ROOT
from tests.support.samples.documents import write_documents
from tests.support.stores import ids_in


@pytest.fixture
def location(folder: Path, tmp_path: Path) -> Path:
    build([folder], tmp_path / "index", embedder=HashEmbedder())
    return tmp_path / "index"


def test_the_error_for_a_second_writer_names_the_first_one(location: Path) -> None:
    with locked(location), pytest.raises(IndexLockedError, match=r"process \d+ on \S+ \(since 20.*is writing to"):
        build([], location, embedder=HashEmbedder())


def test_a_second_writer_waits_when_asked_to(folder: Path, location: Path) -> None:
    (folder / "new.txt").write_text("Something new.")
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(location):
            entered.set()
            leave.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(60)
    threading.Timer(0.5, leave.set).start()
    assert build([], location, wait_seconds=60, embedder=HashEmbedder()).plan.added == ("new.txt",)
    holder.join()


def test_no_other_writer_comes_between_the_scan_and_the_changes(folder: Path, location: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "other.txt").write_text("Something else.")
    refused = []

    def meanwhile(progress: Progress) -> None:
        if progress.step == "scan" and not refused:
            (other / "new.txt").write_text("Something new.")
            with pytest.raises(IndexLockedError) as error:
                build([folder, other], location, embedder=HashEmbedder())
            refused.append(error)

    build([folder, other], location, progress=meanwhile, embedder=HashEmbedder())
    assert refused
    with DocumentIndex.open(location, embedder=HashEmbedder()) as index:
        assert {"new.txt", "other.txt", "tea.txt"} <= {record.path for record in index.documents()}


def test_a_dry_run_and_a_plan_wait_for_no_writer(folder: Path, location: Path) -> None:
    (folder / "new.txt").write_text("Something new.")
    with locked(location):
        assert build([], location, dry_run=True, embedder=HashEmbedder()).plan.added == ("new.txt",)
        assert plan([], location).added == ("new.txt",)


def test_a_reader_across_ten_builds_never_sees_a_state_in_between(folder: Path, location: Path) -> None:
    def write(number: int) -> None:
        (folder / "tea.txt").write_text(f"Edition {number} of the first file.")
        (folder / "salt.txt").write_text(f"Edition {number} of the second file.")

    write(0)
    build([], location, embedder=HashEmbedder())
    done = threading.Event()
    seen: set[tuple[str, ...]] = set()

    def read() -> None:
        with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
            while not done.wait(0.02):  # leaves the cores to the builds
                hits = opened.search("edition file", k=10)
                seen.add(tuple(sorted(h.chunk.text[:10] for h in hits if h.chunk.text.startswith("Edition"))))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 11):
        write(number)
        build([], location, embedder=HashEmbedder())
    done.set()
    for reader in readers:
        reader.join()
    assert seen
    assert all(len(editions) == 2 and editions[0] == editions[1] for editions in seen)


# Searches until a file appears, and prints of which editions the passages were that it found together.
READER = """
import sys
import time
from pathlib import Path
from tests.support.hash_embedder import HashEmbedder
from tests.support.paths import ROOT
from index import DocumentIndex
location, stop, seen = Path(sys.argv[1]), Path(sys.argv[2]), set()
with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
    print("ready", flush=True)
    while not stop.exists():
        hits = opened.search("edition file", k=10)
        seen.add(tuple(sorted(hit.chunk.text.split()[1] for hit in hits if hit.chunk.text.startswith("Edition"))))
        time.sleep(0.02)  # leaves the cores to the rebuilds
print(*("+".join(editions) for editions in seen))
"""


def test_readers_in_other_processes_see_each_of_ten_rebuilds_whole(folder: Path, location: Path) -> None:
    def write(number: int) -> None:
        for name in ("tea.txt", "salt.txt"):
            (folder / name).write_text(f"Edition {number} of the file {name}.")

    write(0)
    build([], location, embedder=HashEmbedder())
    stop = folder.with_name("stop")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    command = [sys.executable, "-c", READER, str(location), str(stop)]
    readers = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    for number in range(1, 11):
        write(number)
        rebuild([], location, embedder=HashEmbedder())
    stop.touch()
    for reader in readers:
        seen = reader.communicate(timeout=60)[0].split()
        assert reader.returncode == 0
        assert {"0+0", "10+10"} & set(seen)
        assert len(seen) > 1
        assert set(seen) <= {f"{number}+{number}" for number in range(11)}


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An index that was open for reading while it was rebuilt with shorter passages; only to be read."""

    location: Path
    chunks: tuple[int, int]  # that the reader counts before and after
    during: list[tuple[int, str]]  # chunks, and the best hit's path, at each step
    report: BuildReport
    ids: tuple[dict[str, int], dict[str, int]]  # before and after


SHORT_PASSAGES = IndexSettings(chunk_tokens=50)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Rebuilt:
    parent = tmp_path_factory.mktemp("rebuilt")
    folder, location = write_documents(parent), parent / "index"
    (folder / "long.txt").write_text(" ".join(f"This is sentence number {number}." for number in range(100)))
    build([folder], location, embedder=HashEmbedder())
    with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
        during: list[tuple[int, str]] = []

        def watch(progress: Progress) -> None:
            during.append((opened.status().chunks, opened.search("sentence number")[0].document.path))

        before, chunks = ids_in(location, HashEmbedder()), opened.status().chunks
        report = rebuild([], location, settings=SHORT_PASSAGES, embedder=HashEmbedder(), progress=watch)
        after = {record.path: record.id for record in opened.documents()}
        return Rebuilt(location, (chunks, opened.status().chunks), during, report, (before, after))


def test_a_reader_sees_the_old_passages_until_a_rebuild_ends(rebuilt: Rebuilt) -> None:
    assert set(rebuilt.during[:-1]) == {(rebuilt.chunks[0], "long.txt")}


def test_a_reader_sees_the_new_passages_after_a_rebuild(rebuilt: Rebuilt) -> None:
    assert rebuilt.chunks[1] == rebuilt.report.chunks > rebuilt.chunks[0]


def test_the_new_passages_are_found_after_a_rebuild(rebuilt: Rebuilt) -> None:
    with DocumentIndex.open(rebuilt.location, embedder=HashEmbedder()) as opened:
        assert opened.search("sentence number")[0].document.path == "long.txt"


def test_a_rebuild_with_other_settings_keeps_the_ids_of_documents(rebuilt: Rebuilt) -> None:
    assert rebuilt.ids[0] == rebuilt.ids[1]


def test_a_rebuild_leaves_a_sound_index_and_no_other_files(rebuilt: Rebuilt) -> None:
    assert verify(rebuilt.location).sound
    assert not (rebuilt.location / "rebuild").exists()


def test_a_build_with_the_settings_of_the_rebuild_has_nothing_to_do(rebuilt: Rebuilt) -> None:
    assert build([], rebuilt.location, settings=SHORT_PASSAGES, embedder=HashEmbedder()).plan.empty


def test_an_interrupted_rebuild_continues_where_it_stopped(folder: Path, location: Path) -> None:
    for number in range(20):
        (folder / f"{number}.txt").write_text(f"This is text number {number}, and it is unlike the others.")
    build([], location, embedder=HashEmbedder())
    settings = IndexSettings(commit_chunks=4)

    def stop(progress: Progress) -> None:
        if progress.step == "commit" and progress.done == 1 and len(commits) == 2:
            raise KeyboardInterrupt
        commits.extend([progress] if progress.step == "commit" and progress.done else [])

    commits: list[Progress] = []
    before = verify(location)
    with pytest.raises(KeyboardInterrupt):
        rebuild([], location, settings=settings, embedder=HashEmbedder(), progress=stop)
    assert verify(location) == before
    again = HashEmbedder()
    rebuild([], location, settings=settings, embedder=again)
    assert 0 < again.encoded < 23
    assert verify(location).sound


def test_a_rebuild_keeps_documents_that_were_given_directly(folder: Path, location: Path) -> None:
    build_documents(
        [Document("note", "A note", "Given without a file.", "text/plain")], location, embedder=HashEmbedder()
    )
    assert rebuild([], location, embedder=HashEmbedder()).documents == 4


def test_a_rebuild_renames_a_catalog_that_cannot_be_read(folder: Path, location: Path) -> None:
    (location / "catalog.sqlite").write_bytes(b"garbage" * 1000)
    assert rebuild([folder], location, embedder=HashEmbedder()).documents == 3
    assert (location / "catalog.damaged").read_bytes().startswith(b"garbage")
    assert verify(location).sound


def test_a_catalog_of_a_newer_version_is_neither_read_nor_written(location: Path) -> None:
    import sqlite3

    with sqlite3.connect(location / "catalog.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    connection.close()
    for attempt in (lambda: DocumentIndex.open(location), lambda: build([], location, embedder=HashEmbedder())):
        with pytest.raises(IndexMismatchError, match=f"format 99, this version reads {FORMAT}: upgrade quoth"):
            attempt()


def test_searching_a_folder_that_cannot_be_written_leaves_no_files(
    location: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in location.glob("catalog.sqlite-*"):
        path.unlink()
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write to read-only folders
    before = sorted(path.name for path in location.iterdir())
    with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
        assert opened.search("iron melts")[0].document.path == "iron.html"
        assert sorted(path.name for path in location.iterdir()) == before
