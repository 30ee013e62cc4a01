"""Files and indexes that cannot be read are reported with the reason, and everything else is indexed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import (
    BuildReport,
    Document,
    DocumentIndex,
    Embedder,
    IndexDamagedError,
    IndexEmptyError,
    IndexMismatchError,
    IndexNotFoundError,
    IndexSettings,
    NoDocumentsError,
    SourceNotFoundError,
    UnreadableFileError,
    build,
    build_documents,
    load,
    remove,
)
from index.ingestion.sources import Scope, scan
from index.loaders import dispatch
from index.loaders.dispatch import parse
from tests.support.samples.documents import write_documents
from tests.support.samples.files import docx_file, pdf_file, pdf_pages

PDF = pdf_file([("One", "The answer is forty-two.")])
DOCX = docx_file([("One", "The answer is forty-two.")])

UNREADABLE = {
    "empty.txt": (b"", "the file is empty"),
    "blank.txt": (b" \n\t\n ", "it contains no text"),
    "program.txt": (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20, "a binary file, not text"),
    "late.txt": (b"words, and then " * 5000 + bytes(3), "a binary file, not text"),
    "picture.md": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100), "a binary file, not text"),
    "torn.pdf": (PDF[:200], "damaged, or not a PDF"),
    "words.pdf": (b"These are words.", "damaged, or not a PDF"),
    "scan.pdf": (pdf_pages([[]]), "a scan: its one page has no text layer; run OCR over it first"),
    "locked.pdf": ((Path(__file__).parent / "files" / "locked.pdf").read_bytes(), "protected by a password"),
    "torn.docx": (DOCX[: len(DOCX) // 2], "damaged, or not a Word document"),
    "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "protected by a password, or an old .doc file"),
    "torn.json": (b'{"a": [1, 2', "not valid JSON"),
    "deep.json": (b"[" * 100_000, "not valid JSON: nested too deeply"),
    "nothing.html": (b"<html><script>1</script></html>", "it contains no text"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_reason_is_in_words_for_a_person(name: str) -> None:
    content, reason = UNREADABLE[name]
    with pytest.raises(UnreadableFileError, match=f"^{reason}"):
        parse(content, name)


@pytest.fixture(scope="module")
def with_unreadable_files(
    embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[BuildReport, DocumentIndex]]:
    """An index of three readable documents among all the unreadable ones, and the report of its build."""
    parent = tmp_path_factory.mktemp("unreadable")
    folder = write_documents(parent)
    for name, (content, _) in UNREADABLE.items():
        (folder / name).write_bytes(content)
    report = build([folder], parent / "index", embedder=embedder)
    with DocumentIndex.open(parent / "index", embedder=embedder) as opened:
        yield report, opened


def test_a_text_that_is_too_long_is_refused_and_a_title_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dispatch.TEXT_LIMIT == 100_000_000
    monkeypatch.setattr(dispatch, "TEXT_LIMIT", 2_000)
    document = parse(b"# " + b"long " * 390, "a.md")
    assert len(document.title) == len(document.headings[0].title) == 300
    with pytest.raises(UnreadableFileError, match="its text is longer than 2,000 characters"):
        parse(b"word " * 500, "a.txt")


def test_a_build_reports_every_unreadable_file(with_unreadable_files: tuple[BuildReport, DocumentIndex]) -> None:
    report, _ = with_unreadable_files
    assert {failure.path for failure in report.failures} == set(UNREADABLE)


def test_an_index_keeps_the_reason_of_a_failure(with_unreadable_files: tuple[BuildReport, DocumentIndex]) -> None:
    _, opened = with_unreadable_files
    assert {failure.path: failure.reason for failure in opened.failures()}["scan.pdf"] == UNREADABLE["scan.pdf"][1]


def test_readable_files_beside_unreadable_ones_are_found(
    with_unreadable_files: tuple[BuildReport, DocumentIndex],
) -> None:
    report, opened = with_unreadable_files
    assert report.documents == 3
    assert opened.search("When does iron melt?")[0].document.path == "iron.html"


def test_a_file_that_became_readable_is_no_longer_a_failure(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    (folder / "late.txt").write_bytes(b"")
    assert build([folder], tmp_path / "index", embedder=embedder).failures
    (folder / "late.txt").write_text("Better late than never.")
    assert build([folder], tmp_path / "index", embedder=embedder).failures == ()


def test_a_file_that_became_unreadable_leaves_the_index(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    build([folder], tmp_path / "index", embedder=embedder)
    (folder / "tea.txt").write_bytes(bytes(1000))
    report = build([folder], tmp_path / "index", embedder=embedder)
    assert [failure.path for failure in report.failures] == ["tea.txt"]
    with DocumentIndex.open(tmp_path / "index", embedder=embedder) as opened:
        assert "tea.txt" not in {record.path for record in opened.documents()}


def test_the_error_for_a_missing_folder_names_it(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="no-such-folder"):
        build([tmp_path / "no-such-folder"], tmp_path / "index")


def test_the_error_for_a_missing_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="no-such-file"):
        load(tmp_path / "no-such-file.txt")


def test_a_folder_without_documents_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "image.png").write_bytes(b"\x89PNG")
    with pytest.raises(NoDocumentsError, match="nothing to index"):
        build([tmp_path / "empty"], tmp_path / "index")


@pytest.fixture
def with_links(folder: Path) -> Path:
    """The folder with links to a file and a folder outside it, and to a file inside it."""
    (folder.parent / "secret.txt").write_text("The password is swordfish.")
    (folder / "innocent.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "elsewhere").symlink_to(folder.parent, target_is_directory=True)
    (folder / "inside.txt").symlink_to(folder / "tea.txt")
    return folder


def test_a_scan_leaves_out_links_out_of_the_folder(with_links: Path) -> None:
    assert not {"innocent.txt", "elsewhere/secret.txt"} & {file.path for file in scan(Scope(with_links)).files}


def test_a_scan_reports_a_link_to_a_file_outside_the_folder(with_links: Path) -> None:
    (failure,) = scan(Scope(with_links)).failures
    assert failure.path == "innocent.txt"
    assert "outside the folder" in failure.reason


def test_only_links_within_the_folder_are_indexed(with_links: Path, tmp_path: Path, embedder: Embedder) -> None:
    report = build([with_links], tmp_path / "index", embedder=embedder)
    assert [failure.path for failure in report.failures] == ["innocent.txt"]
    with DocumentIndex.open(tmp_path / "index", embedder=embedder) as opened:
        assert {record.path for record in opened.documents()} >= {"inside.txt", "tea.txt"}
        assert not any("swordfish" in hit.chunk.text for hit in opened.search("What is the password?"))


def test_a_file_replaced_by_a_link_out_of_the_folder_after_the_scan_is_not_read(folder: Path) -> None:
    (folder.parent / "secret.txt").write_text("The password is swordfish.")
    (found,) = (file for file in scan(Scope(folder)).files if file.path == "tea.txt")
    (folder / found.path).unlink()
    (folder / found.path).symlink_to(folder.parent / "secret.txt")
    with pytest.raises(UnreadableFileError, match="outside the folder"):
        load(folder / found.path, folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_to_read_is_reported(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    (folder / "tea.txt").chmod(0)
    assert "Permission denied" in build([folder], tmp_path / "index", embedder=embedder).failures[0].reason


def test_an_index_of_another_model_is_refused_with_both_names(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    build([folder], tmp_path / "index", embedder=embedder)
    other = IndexSettings(embedder="some/other-model")
    with pytest.raises(IndexMismatchError, match=r"all-MiniLM-L6-v2 \(384 dimensions\).*some/other-model.*--rebuild"):
        DocumentIndex.open(tmp_path / "index", settings=other)


def test_another_chunking_is_refused_with_both_values(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    build([folder], tmp_path / "index", embedder=embedder)
    with pytest.raises(IndexMismatchError, match=r"200 tokens.*100 tokens.*--rebuild"):
        build([folder], tmp_path / "index", settings=IndexSettings(chunk_tokens=100), embedder=embedder)


def test_a_missing_index_has_its_own_error(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match="there is no index"):
        DocumentIndex.open(tmp_path)


def test_an_empty_index_has_its_own_error(tmp_path: Path, embedder: Embedder) -> None:
    build_documents([Document("a.txt", "A", "Is anybody there?", "text/plain")], tmp_path / "empty", embedder=embedder)
    remove(["a.txt"], tmp_path / "empty")
    with DocumentIndex.open(tmp_path / "empty", embedder=embedder) as opened, pytest.raises(IndexEmptyError):
        opened.search("Is anybody there?")


def test_a_damaged_index_has_its_own_error(tmp_path: Path) -> None:
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "catalog.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(IndexDamagedError, match="cannot be read"):
        DocumentIndex.open(tmp_path / "damaged")


def test_an_old_format_that_is_not_read_names_the_one_that_is():
    with pytest.raises(UnreadableFileError, match=r"files of type \.doc are not read; save it as \.docx"):
        parse(b"\xd0\xcf\x11\xe0", "minutes.DOC")
