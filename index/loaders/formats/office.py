"""E-books and OpenDocument, converted to Markdown by the extra ``formats``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from index.errors import MissingExtraError, UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.dates import parse_date
from index.loaders.decoding import canonical
from index.loaders.formats.markdown import add_markdown
from index.loaders.text_builder import TextBuilder

MEDIA_TYPES = {
    ".epub": "application/epub+zip",
}


def office_parser(suffix: str) -> Callable[[bytes], Parsed]:
    """The parser for files with ``suffix``, one of ``MEDIA_TYPES``.

    The parser raises UnreadableFileError for damaged files, and MissingExtraError when the extra is not installed.
    """

    def parse(content: bytes) -> Parsed:
        extracted = _extract(content, MEDIA_TYPES[suffix], f"file{suffix}")
        builder = TextBuilder()
        left_out = add_markdown(builder, canonical(extracted.content))
        metadata = extracted.metadata
        title = (
            _line(metadata, "title") or _line(metadata, "subject") or next((h.title for h in builder.headings), None)
        )
        date = parse_date(_line(metadata, "created_at") or "") or parse_date(_line(metadata, "modified_at") or "")
        return Parsed(
            builder.text,
            MEDIA_TYPES[suffix],
            title=title,
            date=date,
            headings=builder.headings,
            tables=builder.tables,
            left_out=left_out,
        )

    return parse


def _extract(content: bytes, media_type: str, name: str) -> Any:
    """The library's result for the bytes; it opens no other file and runs no OCR."""
    try:
        from xberg import ExtractInput, ExtractionConfig, extract
    except (
        ModuleNotFoundError
    ) as error:  # not ImportError, which it also raises when there is too little memory to load it
        raise MissingExtraError("reading it needs the extra `formats`: run `pip install 'quoth[formats]'`") from error
    source = ExtractInput(kind="bytes", bytes=content, mime_type=media_type, filename=name)
    config = ExtractionConfig(use_cache=False, disable_ocr=True, output_format="markdown")
    try:
        results = asyncio.run(extract(source, config)).results
    except RuntimeError as error:
        raise UnreadableFileError(f"damaged, or not what its name says: {error}") from error
    if not results:
        raise UnreadableFileError("damaged, or not what its name says")
    return results[0]


def _line(metadata: Any, name: str) -> str | None:
    """One value of a document's metadata as a line of text."""
    value = getattr(metadata, name, None)
    return " ".join(canonical(str(value)).split()) or None if value else None
