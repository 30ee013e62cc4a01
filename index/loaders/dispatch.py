"""Loading a file as a document, with the parser for its suffix."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import partial
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

from index.errors import MissingExtraError, UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.description.dating import date_of
from index.loaders.description.titles import is_own_title, title_from
from index.loaders.files import as_text, read_file
from index.types import Document

# The function that parses files of each suffix, by its name below ``index.loaders.formats``. Its module is imported
# when a file needs it, because importing all of them is most of the time that a parser process takes to start.
PARSERS: Mapping[str, str] = {
    ".txt": "text.parse_text",
    ".text": "text.parse_text",
    ".md": "markdown.parse_markdown",
    ".markdown": "markdown.parse_markdown",
    ".html": "html.parse_html",
    ".htm": "html.parse_html",
    ".xhtml": "html.parse_xhtml",
    ".pdf": "pdf.parse_pdf",
    ".docx": "open_xml.word.parse_docx",
    ".docm": "open_xml.word.parse_docx",
    ".dotx": "open_xml.word.parse_docx",
    ".pptx": "open_xml.slides.parse_pptx",
    ".pptm": "open_xml.slides.parse_pptx",
    ".ppsx": "open_xml.slides.parse_pptx",
    ".odt": "open_document.documents.parse_odt",
    ".ott": "open_document.documents.parse_odt",
    ".odp": "open_document.documents.parse_odp",
    ".rst": "restructured.parse_rst",
    ".rtf": "rich_text.rtf.parse_rtf",
    ".csv": "delimited.parse_csv",
    ".tsv": "delimited.parse_csv",
    ".xlsx": "workbooks.spreadsheet.parse_xlsx",
    ".xlsm": "workbooks.spreadsheet.parse_xlsx",
    ".xls": "workbooks.excel_97.parse_xls",
    ".ods": "open_document.sheets.parse_ods",
    ".json": "records.json_records.parse_json",
    ".jsonl": "records.json_records.parse_json",
    ".yaml": "records.yaml_values.parse_yaml",
    ".yml": "records.yaml_values.parse_yaml",
    ".xml": "records.xml_elements.parse_any_xml",
    ".epub": "epub.parse_epub",
    ".eml": "mail.eml.parse_eml",
    ".msg": "mail.outlook.parse_msg",
}
_MAIL = (".eml", ".msg")  # whose parsers also get the one of attachments
_INSTEAD = {".doc": ".docx", ".dot": ".docx", ".ppt": ".pptx", ".pps": ".pptx", ".wps": ".docx", ".pages": ".docx"}
TITLE_LIMIT = 300  # characters of a title or heading
TEXT_LIMIT = 100_000_000  # characters of a document's text


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


def _parser(kind: str) -> Callable[[bytes], Parsed]:
    """The parser of files with a suffix; its module is imported at its first use."""
    module, _, name = PARSERS[kind].rpartition(".")
    parser: Callable[..., Parsed] = getattr(import_module(f"index.loaders.formats.{module}"), name)
    return partial(parser, read=_parse_attachment) if kind in _MAIL else parser


def _parse_attachment(name: str, content: bytes) -> Parsed | None:
    """The content of a file in a message; None if files of its type are not read.

    Raises UnreadableFileError with the reason when it cannot be read.
    """
    return None if suffix(name) not in PARSERS else _parsed(content, name)


def _parsed(content: bytes, path: str) -> Parsed:
    if suffix(path) not in PARSERS:
        instead = _INSTEAD.get(suffix(path))
        hint = f"; save it as {instead}" if instead else ""
        raise UnreadableFileError(f"files of type {suffix(path) or 'unknown'} are not read{hint}")
    if not content:
        raise UnreadableFileError("the file is empty")
    try:
        parsed = _parser(suffix(path))(content)
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
