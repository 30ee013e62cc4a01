"""Kept sheets on a disk that fails, in two processes, and with damage."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index import DiskError
from qa import Position, Sheet, SheetBusyError, SheetDamagedError, SheetError, SheetFolder, SheetNotFoundError
from qa.sheets.sheet import RowHead, unasked
from tests.support.answers import found, refused

FIRST, SECOND = Position(0, 0), Position(0, 1)
SHEET = unasked("fees", ["What rocket?", "Who won?"], ["*.txt"], [RowHead("a.txt", "A", "ff")], revision=3, asked="now")


@pytest.fixture
def kept(tmp_path: Path) -> SheetFolder:
    """An empty folder of sheets."""
    return SheetFolder(tmp_path)


def path_of(kept: SheetFolder) -> Path:
    return kept.folder / "fees.sheet"


def fill(kept: SheetFolder) -> None:
    with kept.opened("fees") as opened:
        opened.begin(SHEET)
        opened.answer(FIRST, found())
        opened.judge(FIRST, "right")
        opened.answer(SECOND, refused())


@contextmanager
def full_disk(bytes_left: int, path: Path) -> Iterator[None]:
    """No file may become larger than this one by more than so many bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + bytes_left, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_sheet_is_read_as_it_was_written(kept: SheetFolder):
    fill(kept)
    sheet = kept.read("fees")
    assert (sheet.state, sheet.done, sheet.questions, sheet.documents) == ("done", 2, SHEET.questions, SHEET.documents)
    assert sheet.cell(FIRST).answer.citations == found().citations
    assert [cell.verdict for cell in sheet.rows[0].cells] == ["right", None]
    assert kept.names() == ["fees"]


def test_only_the_owner_can_read_a_sheet(kept: SheetFolder):
    fill(kept)
    assert [path.stat().st_mode & 0o077 for path in (kept.folder, path_of(kept))] == [0, 0]


def test_a_half_written_line_costs_one_cell(kept: SheetFolder):
    fill(kept)
    content = path_of(kept).read_bytes()
    path_of(kept).write_bytes(content[:-20])
    assert (kept.read("fees").state, kept.read("fees").waiting) == ("waiting", [SECOND])
    with kept.opened("fees") as opened:
        opened.answer(SECOND, refused())
    assert path_of(kept).read_bytes() == content


def test_a_damaged_line_costs_one_cell(kept: SheetFolder):
    fill(kept)
    content = path_of(kept).read_bytes()
    path_of(kept).write_bytes(content.replace(b"Soyuz 2.1a", b"Soyuz 2.1b", 1))
    assert kept.read("fees").waiting == [FIRST]


def test_a_damaged_beginning_is_told_and_the_sheet_can_be_removed(kept: SheetFolder):
    fill(kept)
    path_of(kept).write_bytes(b"{" + path_of(kept).read_bytes())
    with pytest.raises(SheetDamagedError, match="remove this sheet"):
        kept.read("fees")
    kept.remove("fees")
    assert list(kept.folder.iterdir()) == []


def test_a_full_disk_loses_no_answer_and_the_sheet_goes_on_when_there_is_room(kept: SheetFolder):
    with kept.opened("fees") as opened:
        opened.begin(SHEET)
        opened.answer(FIRST, found())
        with full_disk(100, path_of(kept)), pytest.raises(DiskError, match=r"File too large.*is kept"):
            opened.answer(SECOND, refused())
        assert opened.sheet.waiting == kept.read("fees").waiting == [SECOND]
        opened.answer(SECOND, refused())
    assert kept.read("fees").state == "done"


def test_a_full_disk_leaves_the_old_sheet_when_it_is_asked_again(kept: SheetFolder):
    fill(kept)
    with kept.opened("fees") as opened, full_disk(-path_of(kept).stat().st_size + 50, path_of(kept)):
        with pytest.raises(DiskError):
            opened.begin(SHEET)
        assert opened.sheet.done == 2
    assert kept.read("fees").done == 2
    assert list(kept.folder.glob("*.part")) == []


def _begin(location: Path, told: multiprocessing.Queue) -> None:
    try:
        with SheetFolder(location).opened("fees"):
            told.put("opened")
    except SheetBusyError as error:
        told.put(str(error))


def test_a_second_process_is_refused_the_same_name(kept: SheetFolder, tmp_path: Path):
    spawning = multiprocessing.get_context("spawn")
    told = spawning.Queue()
    with kept.opened("fees"):
        other = spawning.Process(target=_begin, args=(tmp_path, told))
        other.start()
        assert "“fees” is being asked already" in told.get(timeout=300)
        other.join()
        with pytest.raises(SheetBusyError), kept.opened("fees"):
            pass


@pytest.mark.parametrize("name", ["", "  ", "..", "a/b", "a\\b", "a\0b", "é" * 41])
def test_names_that_are_no_file_names_are_refused(kept: SheetFolder, name: str):
    with pytest.raises(SheetError):
        kept.read(name)


@pytest.mark.parametrize("name", ["Fees & terms: 100 %?", "Fußnoten 2026", "a.b", "契約書の通知期間", "x" * 80])
def test_any_words_are_a_name(kept: SheetFolder, name: str):
    with kept.opened(name) as opened:
        opened.begin(SHEET)
    assert kept.names() == [name]
    kept.remove(name)
    assert kept.names() == []


def test_a_name_that_is_not_kept_is_told_with_those_that_are(kept: SheetFolder):
    fill(kept)
    with pytest.raises(SheetNotFoundError, match=r"“fee”.*kept: fees"):
        kept.read("fee")
    with pytest.raises(SheetNotFoundError):
        kept.remove("fee")


def test_a_stop_is_remembered(kept: SheetFolder):
    with kept.opened("fees") as opened:
        opened.begin(SHEET)
        opened.stop(True)
    assert kept.read("fees").state == "stopped"


def test_an_unasked_cell_and_one_that_is_not_there_are_not_judged(kept: SheetFolder):
    with kept.opened("fees") as opened:
        opened.begin(SHEET)
        for place in (FIRST, Position(0, 7), Position(-1, 0)):
            with pytest.raises(SheetError):
                opened.judge(place, "wrong")


def test_every_answer_is_on_the_disk_before_the_next_is_asked(kept: SheetFolder):
    seen: list[Sheet] = []
    with kept.opened("fees") as opened:
        opened.begin(SHEET)
        for place in (FIRST, SECOND):
            opened.answer(place, refused())
            seen.append(kept.read("fees"))
    assert [sheet.done for sheet in seen] == [1, 2]
