"""PDF: the content of each page as pdfium gives it, scanned pages by OCR, the title, and headings by letter size."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import canonical
from index.loaders.description.coverage import measured
from index.loaders.description.dates import declared_date
from index.loaders.description.titles import is_own_title
from index.loaders.pdf import ocr
from index.loaders.pdf.annotations import read_annotations
from index.loaders.pdf.assembly import Assembled, assemble
from index.loaders.pdf.layout import PageLayout
from index.loaders.pdf.page_text import PageText, TextLine, read_items

PDFIUM = threading.RLock()  # for every use of pdfium, which crashes when two threads use it at once

_MAX_PAGES = 20_000
_FEW_WORDS = 25  # a page with an image over most of it and fewer words is a scan
_MOST_OF_PAGE = 0.5  # share of a page's area
_UNMAPPED = 0.5  # share of a page's characters without a mapping to Unicode above which it has no readable text
_LETTERS = 40  # of a page that are enough to tell
_LANGUAGE = 0.2  # share of vowels among the letters of any text in Latin script, at least
_XFA_SHELL = re.compile(r"(?i)please wait|adobe reader|pdf viewer")
_SHELL_WORDS = 150
_AT_LINE_END = re.compile(r"[\x02\ufffe]\s*")  # a hyphen there, and the line end
_ERRORS = {
    pdfium_c.FPDF_ERR_PASSWORD: "protected by a password",
    pdfium_c.FPDF_ERR_SECURITY: "protected in a way that is not supported",
    pdfium_c.FPDF_ERR_FORMAT: "damaged, or not a PDF",
}


@dataclass(frozen=True, slots=True)
class _Scans:
    """Numbers of the pages that are scanned."""

    bare: list[int]  # without any text
    sparse: list[int]  # with few words
    unmapped: list[int]  # with text that has no letters
    recognised: list[int]  # those of all kinds that OCR has read
    missing: str  # as of ``ocr.missing``; empty when there is nothing to recognise


def parse_pdf(content: bytes) -> Parsed:
    """A PDF with its pages; raises UnreadableFileError for one that is damaged, protected, or an unreadable scan."""
    with PDFIUM:
        return _parse(content)


def _parse(content: bytes) -> Parsed:
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise UnreadableFileError(_ERRORS.get(error.err_code, f"cannot be read: {error}")) from error
    with document:
        if len(document) > _MAX_PAGES:
            raise UnreadableFileError(f"it has {len(document)} pages, but at most {_MAX_PAGES} are read")
        form = pdfium_c.FPDF_GetFormType(document)
        if form in (pdfium_c.FORMTYPE_ACRO_FORM, pdfium_c.FORMTYPE_XFA_FOREGROUND):
            document.init_forms()
        info = document.get_metadata_dict()
        labels = [document.get_page_label(page_index) for page_index in range(len(document))]
        unmapped: list[int] = []
        pages = [_read_page(document, page_index, unmapped) for page_index in range(len(document))]
        if form in (pdfium_c.FORMTYPE_XFA_FULL, pdfium_c.FORMTYPE_XFA_FOREGROUND):
            _refuse_shell(pages)
        scans = _recognise(document, pages, unmapped)
    return _parsed(pages, info, labels, scans)


def _read_page(document: pdfium.PdfDocument, page_index: int, unmapped: list[int]) -> PageText | None:
    """The content of a page; None when pdfium cannot read it. A page of unmapped text is empty, and is noted."""
    try:
        with closing(document[page_index]) as page, closing(page.get_textpage()) as textpage:
            layout = PageLayout(textpage)
            if layout.lines and _has_no_letters(layout):
                unmapped.append(page_index)
                return PageText([])
            return read_items(page, layout, read_annotations(page))
    except pdfium.PdfiumError:
        return None


def _has_no_letters(layout: PageLayout) -> bool:
    """Whether most of a page's characters have no mapping to Unicode, and do not read as text either."""
    share, symbols = layout.unmapped()
    if symbols > _UNMAPPED:
        return True
    if share <= _UNMAPPED or not layout.raw.isascii():
        return False
    letters = [letter for letter in layout.raw.lower() if letter.isalpha()]
    return len(letters) > _LETTERS and sum(letter in "aeiouy" for letter in letters) < _LANGUAGE * len(letters)


def _recognise(document: pdfium.PdfDocument, pages: list[PageText | None], unmapped: list[int]) -> _Scans:
    """Read the scanned pages by OCR, where that is installed, in place of their few words."""
    bare, sparse = [], []
    for page_index, page in enumerate(pages):
        if page is None or page_index in unmapped or page.has_table:
            continue
        count = page.word_count
        if count == 0 and _image_share(document, page_index) > 0:
            bare.append(page_index)
        elif 0 < count < _FEW_WORDS and _image_share(document, page_index) > _MOST_OF_PAGE:
            sparse.append(page_index)
    found = [*bare, *sparse, *unmapped]
    missing = ocr.missing() if found else ""
    recognised = []
    for page_index in found if not missing else ():
        read = PageText([TextLine(canonical(words)) for words in ocr.lines_on(document[page_index])])
        page = pages[page_index]
        if page is None or read.word_count > page.word_count:
            pages[page_index] = read
            recognised.append(page_index + 1)
    bare, sparse, unread = ([page_index + 1 for page_index in kind] for kind in (bare, sparse, unmapped))
    return _Scans(bare, sparse, unread, recognised, missing)


def _image_share(document: pdfium.PdfDocument, page_index: int) -> float:
    """The share of a page's area that its largest image has; above 0 if there is an image at all."""
    with closing(document[page_index]) as page:
        width, height = page.get_size()
        shares = [1e-9]
        images = page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        for image in images:
            left, bottom, right, top = image.get_bounds()
            shares.append((right - left) * (top - bottom) / max(width * height, 1.0))
        return max(shares) if len(shares) > 1 else 0.0


def _refuse_shell(pages: Sequence[PageText | None]) -> None:
    """Raise UnreadableFileError if the pages only ask to open the form with another program."""
    words = " ".join(line.words for page in pages if page for line in page.lines)
    if len(words.split()) <= _SHELL_WORDS and _XFA_SHELL.search(words):
        raise UnreadableFileError(
            'an XFA form, of which only a "Please wait" page can be read; print it to a PDF from Adobe Reader'
        )


def _parsed(pages: Sequence[PageText | None], info: dict[str, str], labels: Sequence[str], scans: _Scans) -> Parsed:
    assembled = assemble(pages, labels)
    text = assembled.builder.text
    empty = tuple(page.number for page in assembled.pages if not text[page.start : page.end].strip())
    if len(empty) == len(pages):
        raise UnreadableFileError(_without_text(pages, scans))
    date = declared_date(info.get("ModDate", ""), info.get("CreationDate", ""))
    metadata = {key.lower(): " ".join(canonical(info[key]).split()) for key in ("Author", "Subject") if info.get(key)}
    parsed = Parsed(
        text,
        "application/pdf",
        title=_title(info, assembled),
        date=date,
        pages=assembled.pages,
        headings=assembled.builder.headings,
        metadata=metadata,
        warnings=_warnings(pages, empty, scans),
        empty_pages=empty,
        tables=assembled.builder.tables,
        left_out=_left_out(pages, assembled),
    )
    counted = _AT_LINE_END.sub("-\n", "\n".join(page.raw for page in pages if page))
    return measured(parsed, counted, _AT_LINE_END.sub("-\n", assembled.left), joined=True)


def _title(info: dict[str, str], assembled: Assembled) -> str | None:
    declared = " ".join(canonical(info.get("Title", "")).split())
    if is_own_title(declared):
        return declared
    top = min(assembled.levels.values(), default=0)
    return next((heading.title for heading in assembled.builder.headings if heading.level == top), None)


def _left_out(pages: Sequence[PageText | None], assembled: Assembled) -> tuple[str, ...]:
    parts = []
    if assembled.running:
        parts.append(f"running heads and page numbers on {_pages(assembled.running)}")
    outside = [page.outside for page in pages if page and page.outside]
    if outside:
        parts.append(f"{sum(outside)} characters outside the edges of {_pages(len(outside))}")
    return tuple(parts)


def _pages(count: int) -> str:
    return f"{count} pages" if count > 1 else "1 page"


def _without_text(pages: Sequence[PageText | None], scans: _Scans) -> str:
    if all(page is None for page in pages):
        return "damaged: none of its pages can be read"
    count = f"its {len(pages)} pages have" if len(pages) > 1 else "its one page has"
    what = "text in fonts that do not say which letters they draw" if scans.unmapped else "no text layer"
    if (scans.bare or scans.unmapped) and not scans.missing:
        return f"a scan: {count} {what}, and OCR recognises no words"
    install = f", or install {scans.missing}" if scans.missing else ""
    return f"a scan: {count} {what}; run OCR over it first{install}"


def _warnings(pages: Sequence[PageText | None], empty: tuple[int, ...], scans: _Scans) -> tuple[str, ...]:
    damaged = [number for number, page in enumerate(pages, start=1) if page is None]
    blank = [number for number in empty if number not in damaged and number not in scans.unmapped]
    install = f" (to read scanned ones, install {scans.missing})" if scans.missing else ""
    unread = [number for number in scans.unmapped if number not in scans.recognised]
    lists = (
        ("pages that cannot be read", damaged, ""),
        ("pages without text", blank, install),
        ("pages with text in fonts that do not say which letters they draw", unread, install),
        ("pages that are images with few words of text", scans.sparse if scans.missing else [], install),
        ("scanned pages, read by OCR, which may be wrong", [n for n in scans.recognised if n not in empty], ""),
    )
    return tuple(f"{what}: {_listed(sorted(numbers))}{hint}" for what, numbers, hint in lists if numbers)


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:20])) + (f" and {len(numbers) - 20} more" if len(numbers) > 20 else "")
