"""E-books are read chapter by chapter."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from index import UnreadableFileError
from index.loaders.dispatch import parse
from index.types import Heading

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>
<dc:title>The Mill</dc:title><dc:creator>Ida Holm</dc:creator><dc:creator>Bo Ek</dc:creator><dc:date>2019-05</dc:date>
</metadata><manifest><item id="two" href="two.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one%20a.xhtml" media-type="application/xhtml+xml"/>
<item id="toc" href="toc.xhtml" properties="nav" media-type="application/xhtml+xml"/>
<item id="font" href="font.otf" media-type="font/otf"/></manifest>
<spine><itemref idref="toc"/><itemref idref="one"/><itemref idref="two"/></spine></package>"""


def page(body: str) -> str:
    return f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{body}</body></html>'


PAGES = {
    "OEBPS/text/one a.xhtml": page(
        "<h1>Flour</h1><p>See <a href='../two.xhtml#n1'>the note</a><sup><a href='#n'>1</a></sup>&nbsp;on"
        " 10<sup>3</sup> bags.</p>"
    ),
    "OEBPS/two.xhtml": page(
        "<h1>Bread</h1><table><tr><th>Loaf</th><th>Price</th></tr><tr><td>Rye</td><td>3</td></tr></table>"
    ),
    "OEBPS/toc.xhtml": page("<nav><a href='one'>Flour</a></nav><p>Contents</p>"),
}


def book(files: Mapping[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": PACKAGE, **files}.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_the_chapters_are_read_in_order_without_link_marks_and_contents() -> None:
    document = parse(book(PAGES), "a.epub")
    assert document.text == "Flour\n\nSee the note¹ on 10³ bags.\n\nBread\n\nLoaf: Rye; Price: 3."
    assert document.headings == (Heading(1, "Flour", 0), Heading(1, "Bread", 35))
    assert len(document.tables) == 1
    assert (document.title, document.date, document.metadata["author"]) == ("The Mill", "2019-05", "Ida Holm, Bo Ek")


def test_a_missing_chapter_is_named() -> None:
    document = parse(book({name: text for name, text in PAGES.items() if "two" not in name}), "a.epub")
    assert document.warnings == ("a chapter is missing: OEBPS/two.xhtml",)


def test_a_protected_book_is_reported_and_an_encrypted_font_is_not() -> None:
    def encrypted(name: str) -> str:
        return f'<e xmlns="http://www.w3.org/2001/04/xmlenc#"><CipherReference URI="{name}"/></e>'

    with pytest.raises(UnreadableFileError, match="DRM"):
        parse(book({**PAGES, "META-INF/encryption.xml": encrypted("OEBPS/two.xhtml")}), "a.epub")
    assert parse(book({**PAGES, "META-INF/encryption.xml": encrypted("OEBPS/font.otf")}), "a.epub").text


@pytest.mark.parametrize("content", [b"garbage", book({})[:-30], book({"OEBPS/book.opf": "<package"})])
def test_a_damaged_book_is_reported(content: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="damaged, or not an EPUB"):
        parse(content, "a.epub")
