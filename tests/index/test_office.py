"""The formats of the extra: read when it is there, told to need it when it is not."""

from __future__ import annotations

import io
import sys
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from index import Failure, IndexSettings, MissingExtraError, UnreadableFileError
from index.loaders import parse
from index.parsing import parsed
from index.sources import Scope, scan

WORDS = "The tower was begun in 1173."


def mail() -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = (
        "The tower",
        "ada@example.org",
        "Tue, 05 Mar 2024 12:00:00 +0000",
    )
    message.set_content(WORDS)
    return message.as_bytes()


def odt() -> bytes:
    office, text = "urn:oasis:names:tc:opendocument:xmlns:office:1.0", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    body = f'<text:h text:outline-level="1">Origins</text:h><text:p>{WORDS}</text:p>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{office}" xmlns:text="{text}">'
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
    return file.getvalue()


def epub() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="a.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
        )
        archive.writestr(
            "a.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The tower</dc:title></metadata><manifest>'
            '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>',
        )
        archive.writestr(
            "a.xhtml", f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>Origins</h1><p>{WORDS}</p></body></html>'
        )
    return file.getvalue()


FILES = {
    "mail.eml": mail(),
    "text.odt": odt(),
    "book.epub": epub(),
    "rich.rtf": rb"{\rtf1\ansi " + WORDS.encode() + rb"\par}",
}


@pytest.mark.parametrize("name", FILES)
def test_the_extra_reads_them(name: str) -> None:
    pytest.importorskip("xberg")
    assert WORDS in parse(FILES[name], name).text


def test_what_they_tell_of_themselves_is_kept() -> None:
    pytest.importorskip("xberg")
    assert parse(FILES["mail.eml"], "mail.eml").date == "2024-03-05"
    assert parse(FILES["book.epub"], "book.epub").title == "The tower"
    assert [heading.title for heading in parse(FILES["text.odt"], "text.odt").headings] == ["Origins"]


def test_damaged_ones_are_reported() -> None:
    pytest.importorskip("xberg")
    with pytest.raises(UnreadableFileError, match="damaged, or not what its name says"):
        parse(b"garbage", "text.odt")


def test_they_are_read_within_the_limits_of_a_worker(tmp_path: Path) -> None:
    pytest.importorskip("xberg")
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    results = list(parsed(scan(Scope(tmp_path)).files, IndexSettings()))
    assert [item for item in results if isinstance(item, Failure)] == []


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xberg", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'quoth\[formats\]'"):
        parse(FILES["rich.rtf"], "rich.rtf")
