"""Replacing and removing an upload is done whole or not at all, whatever step an error or a kill comes before.

``tests/index/stores/test_crash.py`` kills processes for it, ``tests/benchmarks/service/upload_kills.py`` the service.
"""

from __future__ import annotations

import errno
import functools
import io
import os
import shutil
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from index import BuildReport, DocumentIndex, Failure, IndexSettings, UnreadableFileError, build
from index.chunking.chunker import Chunker
from index.ingestion.ingest import Chunked
from index.ingestion.sources import SourceFile
from index.loaders.dispatch import parse
from tests.conftest import Done
from tests.support.hash_embedder import HashEmbedder
from ui.errors import UploadError
from ui.service.batches import Batch
from ui.service.uploads import EXPIRY_SECONDS, Uploads

OLD, NEW = "The mill was built in 1887.", "The mill burnt down in 1901."
CHANGES = frozenset({"os.rename", "os.mkdir", "os.remove", "os.rmdir"})
WRITING = os.O_WRONLY | os.O_RDWR


class Steps:
    """Counts the changes to the files of a folder, and lets one of them fail, or that and all that follow."""

    def __init__(self) -> None:
        self.folder = ""  # empty while nothing is counted
        self.done = self.failing = 0
        self.for_good = False

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        """An audit hook."""
        if not self.folder:
            return
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
        in_tree = event in ("os.remove", "os.rmdir") and arguments[1] != -1  # by shutil.rmtree
        if in_tree or ((event in CHANGES or writes) and str(arguments[0]).startswith(self.folder)):
            self.take()

    def take(self) -> None:
        """One step. Raises OSError if it is to fail."""
        self.done += 1
        if self.failing and (self.done == self.failing or (self.for_good and self.done > self.failing)):
            raise OSError(errno.EIO, "Input/output error")

    @contextmanager
    def counted(self, folder: Path, failing: int = 0, *, for_good: bool = False) -> Iterator[None]:
        self.folder, self.done, self.failing, self.for_good = str(folder), 0, failing, for_good
        try:
            yield
        finally:
            self.folder, self.failing = "", 0


@functools.cache
def steps() -> Steps:
    """Those of this process, because an audit hook stays."""
    made = Steps()
    sys.addaudithook(made.hook)
    return made


class Here:
    """An engine that reads files in this process, because so many builds would start so many others."""

    def read(
        self, files: Sequence[SourceFile], settings: IndexSettings, known: Set[bytes]
    ) -> Generator[Chunked | Failure]:
        chunker = Chunker(HashEmbedder().tokenizer, settings.chunk_tokens)
        for file in files:
            try:
                yield Chunked(*chunker.passages(parse(file.place.read_bytes(), file.path, file.source)))
            except UnreadableFileError as error:
                yield Failure(file.path, file.source, str(error), file.sha256)


class Library:
    """An index of one upload, which is put back as it was before each try."""

    def __init__(self, location: Path) -> None:
        self.location = location
        self.uploads = Uploads(location, most_bytes=10_000)
        self.add("mill.txt", OLD)
        shutil.copytree(location, location.with_name("kept"))

    def reset(self) -> None:
        shutil.rmtree(self.location)
        shutil.copytree(self.location.with_name("kept"), self.location)

    def build(self, sources: Sequence[Path]) -> BuildReport:
        steps().take()
        report = build(sources, self.location, embedder=HashEmbedder(), engine=Here(), allow_deletions=True)
        steps().take()
        return report

    def indexed(self) -> dict[str, str]:
        with DocumentIndex.open(self.location, embedder=HashEmbedder()) as opened:
            return self.uploads.among(opened.documents())

    def add(self, name: str, words: str) -> None:
        batch = Batch(self.uploads, os.urandom(16).hex())
        batch.add(name, io.BytesIO(words.encode()))
        batch.build(self.build, self.indexed if self.location.exists() else dict)

    def remove(self, name: str) -> None:
        with DocumentIndex.open(self.location, embedder=HashEmbedder()) as opened:
            (record,) = [record for record in opened.documents() if record.path == name]
        with self.uploads.removing(record, self.indexed):
            self.build([self.uploads.folder])

    def restart(self) -> None:
        """As a service does at its start, a day later, after another upload has deleted what is old."""
        for folder in self.uploads.folder.glob(".batch-*"):
            os.utime(folder, (time.time() - 2 * EXPIRY_SECONDS,) * 2)
        started = Uploads(self.location, most_bytes=10_000)
        started.delete_idle(EXPIRY_SECONDS)
        started.clear()
        if left := started.recover(self.indexed):
            started.index_again(left, self.build)

    def texts(self) -> dict[str, str]:
        """The text of each document; its file is the one that was indexed."""
        with DocumentIndex.open(self.location, embedder=HashEmbedder()) as opened:
            found = {record.path: opened.text(record.id).strip() for record in opened.documents()}
        assert found == {path.name: path.read_text() for path in self.uploads.folder.glob("*.txt")}
        return found


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "index")


def outcomes(library: Library, act: Callable[[], None], heal: Callable[[], None], *, for_good: bool) -> list[str]:
    """What the mill's document says, "" if there is none, after each step of ``act`` failed and ``heal`` followed."""
    library.reset()
    with steps().counted(library.uploads.folder):
        act()
        count = steps().done
    assert count >= 6
    found = []
    for number in range(1, count + 1):
        library.reset()
        with steps().counted(library.uploads.folder, number, for_good=for_good), suppress(OSError, UploadError):
            act()
        heal()
        found.append(library.texts().get("mill.txt", ""))
    return found


@pytest.mark.parametrize("words", [NEW, ""], ids=["readable", "unreadable"])
def test_a_kill_at_any_step_of_a_replacement_leaves_the_old_upload_or_the_new_one(library: Library, words: str) -> None:
    found = outcomes(library, lambda: library.add("mill.txt", words), library.restart, for_good=True)
    assert set(found) == ({OLD, NEW} if words else {OLD})
    assert [path.name for path in library.uploads.folder.iterdir()] == ["mill.txt"]


def test_an_error_at_any_step_of_a_replacement_is_mended_by_the_next_upload(library: Library) -> None:
    found = outcomes(
        library,
        lambda: library.add("mill.txt", ""),
        lambda: library.add("inn.txt", "The inn has nine rooms."),
        for_good=False,
    )
    assert set(found) == {OLD}


def test_the_command_line_restores_an_upload_that_a_killed_service_was_replacing(
    tmp_path: Path, quoth: Callable[..., Done]
) -> None:
    uploads, aside = tmp_path / "index" / "uploads", tmp_path / "index" / "uploads" / f".batch-{'0' * 32}" / "replaced"
    aside.mkdir(parents=True)
    (uploads / "mill.txt").write_text(OLD)
    assert quoth("index", str(uploads), "--index", "index").returncode == 0
    (uploads / "mill.txt").rename(aside / "mill.txt")
    assert "deleted mill.txt" in quoth("index", "--index", "index", "--dry-run").stdout
    assert "1 unchanged" in quoth("index", "--index", "index").stderr
    assert (uploads / "mill.txt").read_text() == OLD


def test_a_kill_at_any_step_of_a_removal_leaves_the_upload_or_removes_it(library: Library) -> None:
    found = outcomes(library, lambda: library.remove("mill.txt"), library.restart, for_good=True)
    assert set(found) == {OLD, ""}
    assert found == sorted(found, key=lambda text: text == "")


def test_after_an_error_at_any_step_of_a_removal_the_index_and_the_uploads_agree(library: Library) -> None:
    found = outcomes(library, lambda: library.remove("mill.txt"), lambda: None, for_good=False)
    assert set(found) == {OLD, ""}
