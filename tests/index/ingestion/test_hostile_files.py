"""Names that are not UTF-8, links in circles, pipes, devices and huge files: each fails alone, and at once."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

import pytest

from index import BuildReport, DocumentIndex, IndexSettings, UnreadableFileError, build, read_file, remove
from index.ingestion import parsing
from index.loaders.files import as_text, on_disk
from tests.support.hash_embedder import HashEmbedder


def built(folder: Path, settings: IndexSettings | None = None, **options: bool) -> BuildReport:
    location = folder.with_name("index")
    return build([folder], location, settings=settings, embedder=HashEmbedder(), **options)


def reasons(report: BuildReport) -> dict[str, str]:
    return {failure.path: failure.reason for failure in report.failures}


@pytest.mark.parametrize(
    "name", [b"caf\xe9.txt", b"\xff\xfe.md", b"deep\xe9/tea.txt", rb"caf\xe9.txt", "café.txt".encode()]
)
def test_a_name_that_is_not_utf_8_is_indexed_and_shown_escaped(folder: Path, name: bytes) -> None:
    place = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
    place.parent.mkdir(exist_ok=True)
    place.write_text("Sencha is steeped at seventy degrees.")
    report = built(folder)
    assert (report.documents, report.failures) == (4, ())
    with DocumentIndex.open(folder.with_name("index"), embedder=HashEmbedder()) as opened:
        (found,) = [record for record in opened.documents() if "Sencha" in opened.text(record.id)]
    json.dumps(found.path, ensure_ascii=False).encode("utf-8")
    assert on_disk(found.source, found.path) == place
    assert built(folder).plan.empty
    place.write_text("Sencha is steeped at eighty degrees.")
    assert built(folder).plan.changed == (found.path,)
    assert remove([found.path], folder.with_name("index")).documents == 3


def test_a_folder_whose_name_is_not_utf_8_is_a_source(folder: Path) -> None:
    named = folder.rename(Path(os.fsdecode(os.fsencode(folder) + b"\xe9")))
    assert build([named], folder.with_name("index"), embedder=HashEmbedder()).documents == 3
    assert build([], folder.with_name("index"), embedder=HashEmbedder()).plan.empty
    assert remove([named], folder.with_name("index")).documents == 0


@pytest.mark.parametrize("name", ["tea.txt", "caf\udce9", r"a\xe9b", r"\x5c", r"\x5cx5c", "日本.md", r"C:\docs", "\\"])
def test_a_name_as_text_gives_the_name_back(name: str) -> None:
    assert str(on_disk(as_text(name))) == name
    as_text(name).encode("utf-8")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="this system has no such files")
def test_no_more_of_a_file_is_read_than_the_limit_whatever_size_it_is_said_to_have() -> None:
    unmeasured = Path("/proc/self/maps")
    assert unmeasured.stat().st_size == 0
    with pytest.raises(UnreadableFileError, match="larger than"):
        read_file(unmeasured, limit=10)


def test_links_in_a_circle_are_failures(folder: Path) -> None:
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "a.md").symlink_to("b.md")
    (folder / "b.md").symlink_to("a.md")
    (folder / "gone.txt").symlink_to("nowhere.txt")
    report = built(folder)
    assert report.documents == 3
    assert reasons(report) == {
        **dict.fromkeys(("a.md", "b.md", "loop.txt"), "a link that leads back to itself"),
        "gone.txt": "a link to a file that does not exist",
    }


@pytest.mark.timeout(60)
def test_pipes_devices_and_sockets_are_failures_and_nothing_waits_for_them(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / ".hidden")
    (folder / "linked.txt").symlink_to(".hidden")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket.txt"))
        report = built(folder)
    assert report.documents == 3
    assert reasons(report) == dict.fromkeys(
        ("linked.txt", "pipe.txt", "socket.txt"), "a pipe, a socket or a device, not a file"
    )


def test_a_huge_file_is_refused_for_its_size_before_it_is_read(folder: Path) -> None:
    with (folder / "sparse.txt").open("wb") as file:
        file.truncate(20 << 30)
    began = time.process_time()
    report = built(folder)
    assert time.process_time() - began < 5
    assert reasons(report) == {"sparse.txt": "larger than 100 MB (`file_megabytes`)"}


@pytest.fixture
def parsed_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the files that builds give to the parser."""
    given: list[str] = []

    def noting(files, *arguments, original=parsing.parsed):
        given.extend(file.path for file in files)
        return original(files, *arguments)

    monkeypatch.setattr("index.ingestion.updating.parsed", noting)
    return given


def test_an_unreadable_file_is_parsed_again_only_when_something_has_changed(
    folder: Path, parsed_files: list[str]
) -> None:
    (folder / "bad.json").write_text("{")
    assert built(folder).failures
    parsed_files.clear()
    again = build([], folder.with_name("index"), embedder=HashEmbedder())
    assert parsed_files == []
    assert [failure.path for failure in again.failures] == ["bad.json"]
    assert again.plan.added == ()
    build([folder / "bad.json"], folder.with_name("index"), embedder=HashEmbedder())
    assert parsed_files == ["bad.json"], "a file that is named is tried again"
    settings = IndexSettings(parse_seconds=90)
    build([], folder.with_name("index"), settings=settings, embedder=HashEmbedder())
    build([], folder.with_name("index"), settings=settings, embedder=HashEmbedder())
    assert parsed_files == ["bad.json"] * 2, "other limits may let it through, once"
    (folder / "bad.json").write_text('{"tea": "Sencha"}')
    assert build([], folder.with_name("index"), settings=settings, embedder=HashEmbedder()).failures == ()
