"""Loading a file as a document, with the parser for its suffix."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path, PurePosixPath
from typing import Any

from index.errors import MissingExtraError, UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.description.dating import date_of
from index.loaders.description.titles import is_own_title, title_from
from index.loaders.files import as_text, read_file
from index.loaders.formats.delimited import parse_csv
from index.loaders.formats.epub import parse_epub
from index.loaders.formats.html import parse_html, parse_xhtml
from index.loaders.formats.mail.eml import eml_parser
from index.loaders.formats.mail.outlook import msg_parser
from index.loaders.formats.markdown import parse_markdown
from index.loaders.formats.open_document.documents import parse_odp, parse_odt
from index.loaders.formats.open_document.sheets import parse_ods
from index.loaders.formats.open_xml.slides import parse_pptx
from index.loaders.formats.open_xml.word import parse_docx
from index.loaders.formats.pdf import parse_pdf
from index.loaders.formats.records.json_records import parse_json
from index.loaders.formats.records.xml_elements import parse_any_xml
from index.loaders.formats.records.yaml_values import parse_yaml
from index.loaders.formats.restructured import parse_rst
from index.loaders.formats.rich_text.rtf import parse_rtf
from index.loaders.formats.text import parse_text
from index.loaders.formats.workbooks.excel_97 import parse_xls
from index.loaders.formats.workbooks.spreadsheet import parse_xlsx
from index.types import Document

PARSERS: dict[str, Callable[[bytes], Parsed]] = {
    ".txt": parse_text,
    ".text": parse_text,
    ".md": parse_markdown,
    ".markdown": parse_markdown,
    ".html": parse_html,
    ".htm": parse_html,
    ".xhtml": parse_xhtml,
    ".pdf": parse_pdf,
    ".docx": parse_docx,
    ".docm": parse_docx,
    ".dotx": parse_docx,
    ".pptx": parse_pptx,
    ".pptm": parse_pptx,
    ".ppsx": parse_pptx,
    ".odt": parse_odt,
    ".ott": parse_odt,
    ".odp": parse_odp,
    ".rst": parse_rst,
    ".rtf": parse_rtf,
    ".csv": parse_csv,
    ".tsv": parse_csv,
    ".xlsx": parse_xlsx,
    ".xlsm": parse_xlsx,
    ".xls": parse_xls,
    ".ods": parse_ods,
    ".json": parse_json,
    ".jsonl": parse_json,
    ".yaml": parse_yaml,
    ".yml": parse_yaml,
    ".xml": parse_any_xml,
    ".epub": parse_epub,
}
_INSTEAD = {".doc": ".docx", ".dot": ".docx", ".ppt": ".pptx", ".pps": ".pptx", ".wps": ".docx", ".pages": ".docx"}
TITLE_LIMIT = 300  # characters of a title or heading
TEXT_LIMIT = 100_000_000  # characters of a document's text


def _parse_attachment(name: str, content: bytes) -> Parsed | None:
    """The content of a file in a message; None if files of its type are not read.

    Raises UnreadableFileError with the reason when it cannot be read.
    """
    return None if suffix(name) not in PARSERS else _parsed(content, name)


PARSERS[".eml"] = eml_parser(_parse_attachment)
PARSERS[".msg"] = msg_parser(_parse_attachment)


def suffix(path: str) -> str:
    """A path's suffix in lower case, with its dot; empty when there is none."""
    return PurePosixPath(path).suffix.lower()


def supported_suffixes() -> frozenset[str]:
    """The suffixes, in lower case and with their dot, of the files that can be read."""
    return frozenset(PARSERS)


def load(path: Path, root: Path | None = None, *, limit: int | None = None) -> Document:
    """The document in a file; its path is relative to ``root``, or only the file's name without one.

    Raises SourceNotFoundError when there is no such file, and UnreadableFileError with the reason when it cannot be
    read, is larger than ``limit`` bytes, or is a link to a place outside ``root``.
    """
    content = read_file(path, root, limit=limit)
    relative = as_text(path.relative_to(root).as_posix() if root is not None else path.name)
    return parse(content, relative, as_text(root.resolve()) if root is not None else "")


def parse(content: bytes, path: str, source: str = "") -> Document:
    """The document in a file's bytes, parsed according to the suffix of ``path``.

    Raises UnreadableFileError with the reason, or MissingExtraError when an extra that its format needs is missing.
    """
    parsed = _parsed(content, path)
    titles = (parsed.title or "", *(heading.title for heading in parsed.headings[:1]))
    own = next(filter(is_own_title, titles), "") if parsed.title else ""
    title = _within_limit(own or title_from(path, parsed.text[parsed.body_start :]))
    headings = tuple(replace(heading, title=_within_limit(heading.title)) for heading in parsed.headings)
    date, date_source = date_of(parsed, path)
    shared: dict[str, Any] = {field.name: getattr(parsed, field.name) for field in fields(parsed)}
    shared |= {"path": path, "source": source, "title": title, "headings": headings}
    shared |= {"date": date, "date_source": date_source, "sha256": hashlib.sha256(content).hexdigest()}
    return Document(**shared)


def _parsed(content: bytes, path: str) -> Parsed:
    parser = PARSERS.get(suffix(path))
    if parser is None:
        instead = _INSTEAD.get(suffix(path))
        hint = f"; save it as {instead}" if instead else ""
        raise UnreadableFileError(f"files of type {suffix(path) or 'unknown'} are not read{hint}")
    if not content:
        raise UnreadableFileError("the file is empty")
    try:
        parsed = parser(content)
    except (UnreadableFileError, MissingExtraError, MemoryError):
        raise
    except Exception as error:  # parsers raise errors of any type on hostile files, and the build must go on
        raise UnreadableFileError(f"cannot be parsed: {type(error).__name__}: {error}") from error
    if not parsed.text[parsed.body_start :].strip():
        raise UnreadableFileError(": ".join(filter(None, ("it contains no text", "; ".join(parsed.warnings)))))
    if len(parsed.text) > TEXT_LIMIT:
        raise UnreadableFileError(f"its text is longer than {TEXT_LIMIT:,} characters")
    return parsed


def _within_limit(title: str) -> str:
    """A title or heading on one line, cut after 300 characters, because every passage below it repeats it."""
    line = " ".join(title[: 10 * TITLE_LIMIT].split())
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1].rstrip() + "…"
