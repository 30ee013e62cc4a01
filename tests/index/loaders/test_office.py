"""Office formats and e-books within limits, and scans, which need the extra ``formats``."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from index import Embedder, Failure, IndexSettings, UnreadableFileError
from index.ingestion.parsing import parsed
from index.ingestion.sources import Scope, scan
from index.loaders.dispatch import parse
from index.loaders.pdf import ocr
from tests.support.samples.office_files import OFFICE_FORMATS

SECTIONS = [
    ("Origins", "The tower was begun in 1173 & “paid for” by the town."),
    ("Repairs", "It was closed in 1990."),
]


@pytest.mark.parametrize("suffix", OFFICE_FORMATS)
def test_every_office_format_is_read(suffix: str) -> None:
    text = parse(OFFICE_FORMATS[suffix](SECTIONS), f"file{suffix}").text
    for part in (part for section in SECTIONS for part in section):
        assert part in text


def test_the_metadata_of_office_files_is_kept() -> None:
    assert parse(OFFICE_FORMATS[".eml"](SECTIONS), "mail.eml").date == "2024-03-05"
    assert parse(OFFICE_FORMATS[".epub"](SECTIONS), "book.epub").title == "The tower"
    for suffix in (".odt", ".pptx", ".epub"):
        headings = parse(OFFICE_FORMATS[suffix](SECTIONS), f"file{suffix}").headings
        assert [heading.title for heading in headings] == ["Origins", "Repairs"]


def test_a_decompression_bomb_is_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        with archive.open("content.xml", "w") as file:
            for _ in range(51):
                file.write(bytes(10_000_000))
    with pytest.raises(UnreadableFileError, match="larger than 500 MB when unpacked"):
        parse(bomb.getvalue(), "bomb.odt")


def test_they_are_read_within_the_limits_of_a_worker(tmp_path: Path, embedder: Embedder) -> None:
    for suffix, made in OFFICE_FORMATS.items():
        (tmp_path / f"file{suffix}").write_bytes(made(SECTIONS))
    results = list(parsed(scan(Scope(tmp_path)).files, IndexSettings(), embedder.tokenizer))
    assert len(results) == len(OFFICE_FORMATS)
    assert [item for item in results if isinstance(item, Failure)] == []


def scanned(*pages: Sequence[str]) -> bytes:
    """A PDF of pictures of lines."""
    pictures = []
    for lines in pages:
        pictures.append(Image.new("L", (1654, 1170), 255))
        for row, line in enumerate(lines):
            ImageDraw.Draw(pictures[-1]).text((150, 200 + 70 * row), line, font=ImageFont.load_default(40), fill=0)
    file = io.BytesIO()
    pictures[0].save(file, "PDF", save_all=True, append_images=pictures[1:], resolution=200)
    return file.getvalue()


def test_the_error_for_a_scan_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "missing", lambda: "Tesseract's data (apt install tesseract-ocr-eng)")
    with pytest.raises(UnreadableFileError, match="no text layer; run OCR over it first, or install Tesseract's data"):
        parse(scanned(["The tower was begun in 1173."]), "scan.pdf")


def test_the_first_thing_that_is_missing_for_ocr_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ocr, "_FOLDERS", (str(tmp_path),))
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    pytest.importorskip("xberg")
    assert ocr.missing() == "Tesseract's data (apt install tesseract-ocr-eng)"
    (tmp_path / "eng.traineddata").touch()
    assert ocr.missing() == ""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "quoth[formats]" in ocr.missing()


@pytest.mark.skipif(bool(ocr.missing()), reason=f"needs {ocr.missing()}")
def test_scans_are_read_page_by_page_with_a_warning() -> None:
    document = parse(scanned(["The tower was begun in 1173."], [], ["It leans", "since then."]), "scan.pdf")
    words = [document.text[page.start : page.end].split() for page in document.pages]
    assert words == ["The tower was begun in 1173.".split(), [], "It leans since then.".split()]
    assert document.empty_pages == (2,)
    assert document.warnings == ("pages without text: 2", "scanned pages, read by OCR, which may be wrong: 1, 3")
