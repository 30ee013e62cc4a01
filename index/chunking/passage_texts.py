"""The texts of a passage: what is embedded for it, and what keyword search covers."""

from __future__ import annotations

import hashlib

from index.loaders.description.titles import TITLE_SAMPLE, title_from
from index.ranking.search_forms import added_words
from index.types import Chunk, Document, DocumentRecord


def passage_text(document: Document, chunk: Chunk) -> str:
    """The text that is embedded for a chunk: title, headings and context, then the chunk without the document's head.

    A title made from the file's name is left out, so that a renamed file keeps its vectors.
    """
    title = document.title.replace("_", " ") if has_own_title(document) else ""
    heading = chunk.heading or ""
    first = heading if heading.startswith(title) else f"{title} › {heading}" if heading else title
    return "\n".join(filter(None, (first, chunk.context, keyword_text(document, chunk))))


def passage_key(document: Document, chunk: Chunk) -> bytes:
    """The key of a chunk's vector, equal for chunks whose embedded text is equal."""
    return hashlib.sha256(passage_text(document, chunk).encode()).digest()[:16]


def keyword_text(document: Document | DocumentRecord, chunk: Chunk) -> str:
    """The chunk's text without the document's head."""
    return chunk.text[max(0, document.body_start - chunk.start) :]


def keyword_title(title: str, chunk: Chunk) -> str:
    """The title of a chunk for its ranking: that of its document, and what introduces rows of a table."""
    heading = chunk.heading if chunk.rows else None
    return "\n".join(filter(None, (title, heading, chunk.context)))


def keyword_column(title: str, chunk: Chunk) -> str:
    """What keyword search covers beside a chunk's text: its title, and words of both that are searched in another form.

    So the text is stored as it is written, and "12,500" is found by "12500".
    """
    shown = keyword_title(title, chunk)
    return "\n".join(filter(None, (shown, " ".join(added_words(f"{shown}\n{chunk.text}")))))


def has_own_title(document: Document) -> bool:
    """Whether the title is the document's own, not made from its file's name or its first words."""
    return document.title != title_from(document.path, document.text[document.body_start :][:TITLE_SAMPLE])
