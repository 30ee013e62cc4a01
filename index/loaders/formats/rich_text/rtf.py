"""Rich Text Format: paragraphs, tables, notes and lists, without what is deleted, hidden or struck out."""

from __future__ import annotations

from index.loaders.base import Parsed
from index.loaders.decoding import canonical
from index.loaders.description.coverage import measured
from index.loaders.description.dates import declared_date
from index.loaders.formats.blocks import left_out, write_blocks
from index.loaders.formats.rich_text.reader import RtfReader
from index.loaders.formats.rich_text.shown import shown_words
from index.loaders.text_builder import TextBuilder

MEDIA_TYPE = "application/rtf"


def parse_rtf(content: bytes) -> Parsed:
    """A file in Rich Text Format; raises UnreadableFileError when it is none."""
    reader = RtfReader(content)
    reader.read()
    builder = TextBuilder()
    for flow in (*reader.margins("header"), reader.body, *reader.margins("footer")):
        write_blocks(builder, flow.blocks)
    information = {name: " ".join(canonical(value).split()) for name, value in reader.information.items()}
    parsed = Parsed(
        builder.text,
        MEDIA_TYPE,
        title=information.get("title") or next((heading.title for heading in builder.headings), None),
        date=declared_date(reader.dates.get("revtim", ""), reader.dates.get("creatim", "")),
        headings=builder.headings,
        metadata={"author": author} if (author := information.get("author")) else {},
        tables=builder.tables,
        left_out=left_out(+reader.left_out),
    )
    return measured(parsed, shown_words(content), "\n".join(reader.passed))


def rtf_text(content: bytes) -> str:
    """The text of a piece of Rich Text Format; empty when it is none."""
    return parse_rtf(content).text if content.lstrip().startswith(b"{\\rtf") else ""
