"""PDF: the text of each page as pdfium extracts it, the title, and headings recognised by their letter size."""

from __future__ import annotations

import re
import threading
from collections import Counter
from contextlib import closing
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from index.errors import UnreadableFileError
from index.loaders.pdf import ocr
from index.loaders.base import Parsed
from index.loaders.dates import parse_date
from index.loaders.decoding import canonical
from index.types import Heading, Page

PDFIUM = threading.RLock()  # for every use of pdfium, which crashes when two threads use it at once

_BETWEEN_PAGES = "\n\n"
_MAX_PAGES = 20_000
_DIVIDED = re.compile("(\\w+)\ufffe(\\w+)")  # \ufffe is pdfium's mark for a hyphen at the end of a line
_HYPHENATED = re.compile(r"\w+-\w+")
_LARGER = 1.15  # letters of a heading are at least this many times as large as most letters
_HEADING_LIMIT = 120  # characters
_JUNK_TITLE = re.compile(r"(?i)microsoft word|untitled|\.(docx?|tex|indd|dvi|pdf|rtf|odt|html?)$|^\W*$")
_ERRORS = {
    pdfium_c.FPDF_ERR_PASSWORD: "protected by a password",
    pdfium_c.FPDF_ERR_SECURITY: "protected in a way that is not supported",
    pdfium_c.FPDF_ERR_FORMAT: "damaged, or not a PDF",
}


@dataclass(frozen=True, slots=True)
class _Line:
    words: str
    size: float  # of the first letter, in points; 0 when unknown


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
        info = document.get_metadata_dict()
        pages = [_read_page(document, page_index) for page_index in range(len(document))]
        scans = [page_index for page_index, lines in enumerate(pages) if _is_scan(document, page_index, lines)]
        missing = ocr.missing() if scans else ""
        if not missing:
            for page_index in scans:
                pages[page_index] = [_Line(canonical(words), 0.0) for words in ocr.lines_on(document[page_index])]
    return _assemble(pages, info, [page_index + 1 for page_index in scans], missing)


def _is_scan(document: pdfium.PdfDocument, page_index: int, lines: list[_Line] | None) -> bool:
    """Whether a page contains an image and no text."""
    if lines is None or any(line.words.strip() for line in lines):
        return False
    return any(True for _ in document[page_index].get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]))


def _read_page(document: pdfium.PdfDocument, page_index: int) -> list[_Line] | None:
    """The lines of a page; None when pdfium cannot read it."""
    try:
        with closing(document[page_index]) as page, closing(page.get_textpage()) as textpage:
            return _lines(textpage)
    except pdfium.PdfiumError:
        return None


def _lines(textpage: pdfium.PdfTextPage) -> list[_Line]:
    raw = textpage.get_text_range()
    aligned = len(raw) == textpage.count_chars()
    lines, position = [], 0
    for words in raw.split("\r\n"):
        first = position + len(words) - len(words.lstrip())
        size = pdfium_c.FPDFText_GetFontSize(textpage, first) if aligned and words.strip() else 0.0
        lines.append(_Line(canonical(words.replace("\x02", "\ufffe")), round(size, 1)))
        position += len(words) + 2
    return lines


def _assemble(pages: list[list[_Line] | None], info: dict[str, str], scans: list[int], missing: str) -> Parsed:
    """The result for all pages; ``scans`` are the numbers of the scanned ones, ``missing`` as of ``ocr.missing``."""
    known = {word.lower() for lines in pages for line in lines or () for word in _HYPHENATED.findall(line.words)}
    sizes = _heading_sizes(pages)
    table: list[Page] = []
    headings: list[Heading] = []
    parts: list[str] = []
    position = 0
    for number, lines in enumerate(pages, start=1):
        if parts:
            parts.append(_BETWEEN_PAGES)
            position += len(_BETWEEN_PAGES)
        start = position
        for line in lines or ():
            words = _joined(line.words, known)
            if line.size in sizes and _is_heading(words):
                headings.append(Heading(sizes[line.size], words.strip(), position + len(words) - len(words.lstrip())))
            parts.append(f"{words}\n")
            position += len(words) + 1
        table.append(Page(number, start, position))
    text = "".join(parts)
    empty = tuple(page.number for page in table if not text[page.start : page.end].strip())
    if len(empty) == len(table):
        raise UnreadableFileError(_without_text(pages, scans, missing))
    date = parse_date(info.get("CreationDate", "")) or parse_date(info.get("ModDate", ""))
    metadata = {key.lower(): " ".join(canonical(info[key]).split()) for key in ("Author", "Subject") if info.get(key)}
    return Parsed(
        text,
        "application/pdf",
        title=_title(info, headings, sizes),
        date=date,
        pages=tuple(table),
        headings=tuple(headings),
        metadata=metadata,
        warnings=_warnings(pages, empty, [number for number in scans if number not in empty], missing),
        empty_pages=empty,
    )


def _joined(words: str, known: set[str]) -> str:
    """The line with divided words joined; the hyphen stays if the hyphenated word is elsewhere in the document."""

    def join(match: re.Match[str]) -> str:
        hyphenated = f"{match[1]}-{match[2]}"
        return hyphenated if hyphenated.lower() in known else match[1] + match[2]

    return _DIVIDED.sub(join, words).replace("\ufffe", "-")


def _heading_sizes(pages: list[list[_Line] | None]) -> dict[float, int]:
    """The heading level, 1 to 6, of each letter size that is clearly larger than that of most letters."""
    letters: Counter[float] = Counter()
    for lines in pages:
        for line in lines or ():
            letters[line.size] += len(line.words)
    letters.pop(0.0, None)
    if not letters:
        return {}
    usual = letters.most_common(1)[0][0]
    larger = sorted((size for size in letters if size >= usual * _LARGER), reverse=True)
    return {size: min(level, 6) for level, size in enumerate(larger, start=1)}


def _is_heading(words: str) -> bool:
    stripped = words.strip()
    return 2 < len(stripped) <= _HEADING_LIMIT and any(letter.isalpha() for letter in stripped)


def _title(info: dict[str, str], headings: list[Heading], sizes: dict[float, int]) -> str | None:
    declared = " ".join(canonical(info.get("Title", "")).split())
    if declared and not _JUNK_TITLE.search(declared):
        return declared
    top = min(sizes.values(), default=0)
    return next((heading.title for heading in headings if heading.level == top), None)


def _without_text(pages: list[list[_Line] | None], scans: list[int], missing: str) -> str:
    if all(lines is None for lines in pages):
        return "damaged: none of its pages can be read"
    count = f"its {len(pages)} pages have" if len(pages) > 1 else "its one page has"
    if scans and not missing:
        return f"a scan: {count} no text layer, and OCR recognises no words"
    install = f", or install {missing}" if missing else ""
    return f"a scan: {count} no text layer; run OCR over it first{install}"


def _warnings(
    pages: list[list[_Line] | None], empty: tuple[int, ...], recognised: list[int], missing: str
) -> tuple[str, ...]:
    damaged = [number for number, lines in enumerate(pages, start=1) if lines is None]
    blank = [number for number in empty if number not in damaged]
    warnings = []
    if damaged:
        warnings.append(f"pages that cannot be read: {_listed(damaged)}")
    if blank:
        install = f" (to read scanned ones, install {missing})" if missing else ""
        warnings.append(f"pages without text: {_listed(blank)}{install}")
    if recognised:
        warnings.append(f"scanned pages, read by OCR, which may be wrong: {_listed(recognised)}")
    return tuple(warnings)


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:20])) + (f" and {len(numbers) - 20} more" if len(numbers) > 20 else "")
