"""Word documents: paragraphs, headings and tables in order."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document as DocxDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import canonical
from index.types import Heading

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_HEADING_STYLE = re.compile(r"heading (\d)", re.IGNORECASE)
_UNPACKED_LIMIT = 500_000_000  # bytes
_OLE = b"\xd0\xcf\x11\xe0"  # the container of an encrypted .docx, or of a .doc


def parse_docx(content: bytes) -> Parsed:
    """A Word document; raises UnreadableFileError if it is damaged, encrypted or larger than 500 MB unpacked."""
    document = _open(content)
    parts: list[str] = []
    headings: list[Heading] = []
    offset = 0
    title = None
    for block in document.iter_inner_content():
        words = canonical(_words(block))
        if not words.strip():
            continue
        level = _level(block)
        if level == 0 and title is None:
            title = words.strip()
        if level:
            headings.append(Heading(min(level, 6), " ".join(words.split()), offset + len(words) - len(words.lstrip())))
        parts.append(f"{words}\n\n")
        offset += len(words) + 2
    properties = document.core_properties
    date = properties.created or properties.modified
    return Parsed(
        "".join(parts).rstrip("\n"),
        MEDIA_TYPE,
        title=canonical(properties.title or "").strip() or title or next((heading.title for heading in headings), None),
        date=date.date().isoformat() if date else None,
        headings=tuple(headings),
        metadata={"author": canonical(properties.author)} if properties.author else {},
    )


def _open(content: bytes) -> DocxDocument:
    if content.startswith(_OLE):
        raise UnreadableFileError("protected by a password, or an old .doc file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED_LIMIT:
                raise UnreadableFileError(f"larger than {_UNPACKED_LIMIT // 1_000_000} MB when unpacked")
        return docx.Document(io.BytesIO(content))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        raise UnreadableFileError("damaged, or not a Word document") from error


def _words(block: Paragraph | Table) -> str:
    if isinstance(block, Paragraph):
        return block.text
    return "\n".join(_rows(block))


def _rows(table: Table) -> Iterator[str]:
    """Each row, with its cells separated by bars; a merged cell appears once."""
    for row in table.rows:
        cells = {id(cell._tc): " ".join(cell.text.split()) for cell in row.cells}
        yield " | ".join(cells.values())


def _level(block: Paragraph | Table) -> int | None:
    """1 to 9 for a heading, 0 for the title, None for anything else."""
    style = block.style.name if isinstance(block, Paragraph) and block.style is not None else None
    if style is None:
        return None
    match = _HEADING_STYLE.fullmatch(style)
    return int(match[1]) if match else 0 if style.lower() == "title" else None
