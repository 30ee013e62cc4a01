"""Files handed in together: one build takes them in, and what it cannot take leaves no trace."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from os import utime
from pathlib import Path

import pytest

from index import BuildReport, DocumentIndex, Embedder, IndexNotFoundError, build
from ui.service.drops import FORGOTTEN, Drop
from ui.service.rebuilds import StoppedError
from ui.service.uploads import UploadError, Uploads


class Shelf:
    """An index that takes in uploads, and how often it was built."""

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

    def drop(self, key: str = "0", **files: str) -> Drop:
        drop = Drop(self.uploads, key * 32)
        for name, words in files.items():
            drop.keep(f"{name}.txt", io.BytesIO(words.encode()))
        return drop

    def kept(self) -> list[str]:
        return sorted(file.name for file in self.uploads.folder.iterdir())


@pytest.fixture
def shelf(tmp_path: Path, embedder: Embedder) -> Shelf:
    return Shelf(tmp_path / "index", embedder)


def test_a_drop_is_one_build_and_nothing_of_it_is_indexed_before(shelf: Shelf) -> None:
    drop = shelf.drop(mill="The mill was built in 1887.", inn="The inn has nine rooms.")
    assert shelf.indexed() == {}
    report = drop.take_in(shelf.build, shelf.indexed)
    assert shelf.builds == 1
    assert set(report.plan.added) == set(shelf.indexed()) == {"mill.txt", "inn.txt"}
    assert shelf.kept() == ["inn.txt", "mill.txt"]


def test_an_unreadable_file_is_told_and_not_kept_while_the_others_are(shelf: Shelf) -> None:
    shelf.drop(mill="The mill was built in 1887.").take_in(shelf.build, shelf.indexed)
    before = shelf.indexed()["mill.txt"]
    report = shelf.drop(mill="", inn="The inn has nine rooms.").take_in(shelf.build, shelf.indexed)
    assert [failure.path for failure in report.failures] == ["mill.txt"]
    assert shelf.indexed().keys() == {"mill.txt", "inn.txt"}
    assert shelf.indexed()["mill.txt"] == before
    with DocumentIndex.open(shelf.location) as opened:
        assert opened.failures() == []


def test_a_build_that_is_stopped_leaves_what_was_there(shelf: Shelf) -> None:
    shelf.drop(mill="The mill was built in 1887.").take_in(shelf.build, shelf.indexed)
    drop = shelf.drop(mill="The mill burnt down.", inn="The inn has nine rooms.")

    def stopped(_: Sequence[Path]) -> BuildReport:
        raise StoppedError("stopped")

    with pytest.raises(StoppedError):
        drop.take_in(stopped, shelf.indexed)
    assert shelf.kept() == ["mill.txt"]
    assert "1887" in (shelf.uploads.folder / "mill.txt").read_text()


def test_a_file_that_is_not_taken_leaves_nothing(shelf: Shelf) -> None:
    for name, content in (("run.exe", b"MZ"), ("long.txt", b"x" * 10_001)):
        with pytest.raises(UploadError):
            Drop(shelf.uploads, "a" * 32).keep(name, io.BytesIO(content))
    assert not shelf.uploads.folder.exists() or shelf.kept() == []
    with pytest.raises(UploadError, match="no file"):
        Drop(shelf.uploads, "a" * 32).take_in(shelf.build, shelf.indexed)
    with pytest.raises(UploadError, match="key"):
        Drop(shelf.uploads, "../../elsewhere")


def test_a_drop_that_nobody_took_in_is_forgotten_after_a_day(shelf: Shelf) -> None:
    shelf.drop("a", mill="The mill was built in 1887.")
    (old,) = shelf.uploads.folder.glob(".drop-*")
    utime(old, (time.time() - FORGOTTEN - 1,) * 2)
    shelf.drop("b", inn="The inn has nine rooms.")
    assert [folder.name for folder in shelf.uploads.folder.glob(".drop-*")] == [f".drop-{'b' * 32}"]
