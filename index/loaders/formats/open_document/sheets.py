"""OpenDocument spreadsheets: the cells as they are shown, which the file itself says."""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.description.coverage import all_text_in, measured
from index.loaders.description.dates import declared_date
from index.loaders.formats.open_document.names import qualified
from index.loaders.formats.open_xml.package import Element, open_archive, parse_xml
from index.loaders.formats.workbooks.spreadsheet import Merge, add_sheet, hidden_sheets
from index.loaders.text_builder import TextBuilder, counted

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_KIND = "an OpenDocument spreadsheet"
_ROW, _CELL, _COVERED = (qualified(f"table:{name}") for name in ("table-row", "table-cell", "covered-table-cell"))
_ANNOTATION, _PARAGRAPH, _SPACE = map(qualified, ("office:annotation", "text:p", "text:s"))
_MOST_REPEATED = 1_000  # rows or cells that are one in the file; more are the empty rest of the sheet


def parse_ods(content: bytes) -> Parsed:
    """A spreadsheet: a sheet's name is its heading unless it is a default name; hidden sheets are left out."""
    archive = open_archive(content, _KIND)
    root, meta = _read(archive, "content.xml"), _read(archive, "meta.xml", needed=False)
    if root is None:
        raise UnreadableFileError(f"damaged, or not {_KIND}")
    invisible = {
        style.get(qualified("style:name"))
        for style in root.iter(qualified("style:style"))
        for properties in style.iter(qualified("style:table-properties"))
        if properties.get(qualified("table:display")) == "false"
    }
    builder, hidden, texts = TextBuilder(), list[str](), list[str]()
    for sheet in root.iter(qualified("table:table")):
        name = sheet.get(qualified("table:name"), "")
        if sheet.get(qualified("table:style-name")) in invisible:
            hidden.append(name)
        elif next(sheet.iterancestors(_CELL), None) is None:
            merges: list[Merge] = []
            add_sheet(builder, name, list(_rows(sheet, merges)), merges)
            texts.append(all_text_in(sheet, _is_break, lambda element: element.tag == _ANNOTATION))
    comments = counted(sum(1 for _ in root.iter(_ANNOTATION)), "comment", "comments")
    parsed = Parsed(
        builder.text,
        MEDIA_TYPE,
        title=next(_values(meta, "dc:title"), None),
        date=declared_date(*_values(meta, "dc:date", "meta:creation-date")),
        headings=builder.headings,
        tables=builder.tables,
        left_out=(*builder.left_out, *hidden_sheets(hidden), *comments),
    )
    return measured(parsed, "\n".join(texts), builder.encoded)


def _is_break(element: Element) -> bool:
    return element.tag in (_PARAGRAPH, _SPACE)


def _read(archive: zipfile.ZipFile, name: str, *, needed: bool = True) -> Element | None:
    if name not in archive.namelist():
        return None
    try:
        return parse_xml(archive.read(name))
    except (zipfile.BadZipFile, etree.XMLSyntaxError, OSError, ValueError, RuntimeError) as error:
        if needed:
            raise UnreadableFileError(f"damaged or encrypted, or not {_KIND}") from error
        return None


def _values(meta: Element | None, *names: str) -> Iterator[str]:
    """The texts of elements in the metadata."""
    elements = itertools.chain.from_iterable(meta.iter(qualified(name)) for name in names) if meta is not None else ()
    return (element.text.strip() for element in elements if (element.text or "").strip())


def _rows(sheet: Element, merges: list[Merge]) -> Iterator[list[str]]:
    """The rows of a sheet; appends the ranges of its merged cells to ``merges``."""
    number = 0
    for row in sheet.iter(_ROW):
        cells: list[str] = []
        for cell in row.iterchildren(_CELL, _COVERED):
            text = _shown(cell)
            down, across = (_count(cell, f"table:number-{name}-spanned") for name in ("rows", "columns"))
            if down * across > 1:
                merges.append((number, len(cells), number + down - 1, len(cells) + across - 1))
            cells += [text] * _repeated(cell, "columns", is_empty=not text)
        copies = _repeated(row, "rows", is_empty=not any(cells))
        yield from (list(cells) for _ in range(copies))
        number += copies


def _repeated(element: Element, what: str, *, is_empty: bool) -> int:
    """How often a row or cell is repeated; the empty rest of a sheet counts once."""
    times = _count(element, f"table:number-{what}-repeated")
    return 1 if times > _MOST_REPEATED and is_empty else min(times, _MOST_REPEATED)


def _count(element: Element, name: str) -> int:
    value = element.get(qualified(name), "1")
    return max(1, int(value)) if re.fullmatch(r"\d{1,9}", value) else 1


def _shown(cell: Element) -> str:
    """The text of a cell without its comments; its stored value if the file does not say how it is shown."""
    text = " ".join("".join(_texts(paragraph)) for paragraph in cell.iterchildren(_PARAGRAPH))
    return text or cell.get(qualified("office:value"), "")


def _texts(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == _SPACE:
            yield " "
        elif child.tag != _ANNOTATION:
            yield from _texts(child)
        yield child.tail or ""
