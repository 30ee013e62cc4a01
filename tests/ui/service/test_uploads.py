"""Files uploaded together: one build indexes them, and files that cannot be indexed are deleted."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from os import utime
from pathlib import Path

import pytest

from index import BuildReport, DocumentIndex, Embedder, IndexDamagedError, IndexNotFoundError, build
from ui.errors import RebuildStoppedError, UploadError
from ui.service.batches import Batch
from ui.service.uploads import EXPIRY_SECONDS, IDLE_SECONDS, Uploads


class Shelf:
    """An index of uploads, and how often it was built."""

    def __init__(self, location: Path, embedder: Embedder) -> None:
        self.location, self.embedder, self.builds = location, embedder, 0
        self.uploads = Uploads(location, most_bytes=10_000)

    def build(self, sources: Sequence[Path]) -> BuildReport:
        self.builds += 1
        return build(sources, self.location, embedder=self.embedder)

    def indexed(self) -> dict[str, str]:
        try:
            with DocumentIndex.open(self.location) as opened:
                return self.uploads.among(opened.documents())
        except IndexNotFoundError:
            return {}

    def batch(self, key: str = "0", **files: str) -> Batch:
        batch = Batch(self.uploads, key * 32)
        for name, words in files.items():
            batch.add(f"{name}.txt", io.BytesIO(words.encode()))
        return batch

    def kept(self) -> list[str]:
        return sorted(file.name for file in self.uploads.folder.iterdir())


@pytest.fixture
def shelf(tmp_path: Path, embedder: Embedder) -> Shelf:
    return Shelf(tmp_path / "index", embedder)


def test_a_batch_is_indexed_by_one_build_and_not_before(shelf: Shelf) -> None:
    batch = shelf.batch(mill="The mill was built in 1887.", inn="The inn has nine rooms.")
    assert shelf.indexed() == {}
    report = batch.build(shelf.build, shelf.indexed)
    assert shelf.builds == 1
    assert set(report.plan.added) == set(shelf.indexed()) == {"mill.txt", "inn.txt"}
    assert shelf.kept() == ["inn.txt", "mill.txt"]


def test_an_unreadable_file_is_reported_and_deleted_while_the_others_stay(shelf: Shelf) -> None:
    shelf.batch(mill="The mill was built in 1887.").build(shelf.build, shelf.indexed)
    before = shelf.indexed()["mill.txt"]
    report = shelf.batch(mill="", inn="The inn has nine rooms.").build(shelf.build, shelf.indexed)
    assert [failure.path for failure in report.failures] == ["mill.txt"]
    assert shelf.indexed().keys() == {"mill.txt", "inn.txt"}
    assert shelf.indexed()["mill.txt"] == before
    with DocumentIndex.open(shelf.location) as opened:
        assert opened.failures() == []


def test_a_stopped_build_restores_the_replaced_uploads(shelf: Shelf) -> None:
    shelf.batch(mill="The mill was built in 1887.").build(shelf.build, shelf.indexed)
    batch = shelf.batch(mill="The mill burnt down.", inn="The inn has nine rooms.")

    def stopped(_: Sequence[Path]) -> BuildReport:
        raise RebuildStoppedError("stopped")

    with pytest.raises(RebuildStoppedError):
        batch.build(stopped, shelf.indexed)
    assert shelf.kept() == ["mill.txt"]
    assert "1887" in (shelf.uploads.folder / "mill.txt").read_text()


def test_an_index_that_cannot_be_read_keeps_both_copies(shelf: Shelf) -> None:
    shelf.batch(mill="The mill was built in 1887.").build(shelf.build, shelf.indexed)

    def unreadable() -> dict[str, str]:
        raise IndexDamagedError("broken")

    with pytest.raises(IndexDamagedError):
        shelf.batch(mill="").build(shelf.build, unreadable)
    assert [file.read_text() for file in shelf.uploads.folder.glob(".batch-*/replaced/*")] == [
        "The mill was built in 1887."
    ]


def test_files_that_wait_have_a_quota_that_idle_batches_give_back(shelf: Shelf) -> None:
    uploads = Uploads(shelf.location, most_bytes=10_000, waiting_bytes=40_000)
    for key in "ab":
        Batch(uploads, key * 32).add("long.txt", io.BytesIO(b"x" * 9_000))
    with pytest.raises(UploadError, match="drop_megabytes"):
        Batch(uploads, "c" * 32).add("long.txt", io.BytesIO(b"x" * 9_000))
    (idle,) = uploads.folder.glob(f".batch-{'a' * 32}")
    utime(idle, (time.time() - 2 * IDLE_SECONDS,) * 2)
    Batch(uploads, "c" * 32).add("long.txt", io.BytesIO(b"x" * 9_000))
    assert not idle.exists()


def test_uploads_are_for_their_owner_alone(shelf: Shelf) -> None:
    shelf.batch(mill="The mill was built in 1887.").build(shelf.build, shelf.indexed)
    for place in (shelf.location, shelf.uploads.folder, shelf.uploads.folder / "mill.txt"):
        assert place.stat().st_mode & 0o077 == 0


def test_a_file_that_is_not_accepted_leaves_nothing(shelf: Shelf) -> None:
    for name, content in (("run.exe", b"MZ"), ("long.txt", b"x" * 10_001)):
        with pytest.raises(UploadError):
            Batch(shelf.uploads, "a" * 32).add(name, io.BytesIO(content))
    assert not shelf.uploads.folder.exists() or shelf.kept() == []
    with pytest.raises(UploadError, match="no file"):
        Batch(shelf.uploads, "a" * 32).build(shelf.build, shelf.indexed)
    with pytest.raises(UploadError, match="key"):
        Batch(shelf.uploads, "../../elsewhere")


def test_a_batch_that_is_never_built_is_deleted_after_a_day(shelf: Shelf) -> None:
    shelf.batch("a", mill="The mill was built in 1887.")
    (old,) = shelf.uploads.folder.glob(".batch-*")
    utime(old, (time.time() - EXPIRY_SECONDS - 1,) * 2)
    shelf.batch("b", inn="The inn has nine rooms.")
    assert [folder.name for folder in shelf.uploads.folder.glob(".batch-*")] == [f".batch-{'b' * 32}"]
