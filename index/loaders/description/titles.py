"""Titles for documents without a title of their own."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_MACHINE_NAME = re.compile(r"(?=.*\d)[0-9a-f_\-.]{8,}", re.IGNORECASE)
_WORDS = 10
TITLE_SAMPLE = 500  # characters at the start of the body; a title depends on no others
# What programs call a document, a sheet or a slide that nobody named; and the programs themselves.
_PROGRAMS = (
    r"(?:microsoft |ms |libreoffice |openoffice(?:\.org)? |google |apache )?(?:office |open ?office )?"
    r"(?:word|excel|power ?point|outlook|writer|calc|impress|docs|sheets|slides|publisher|visio|onenote)"
    r"|libreoffice|openoffice(?:\.org)?|(?:adobe )?(?:acrobat|distiller|indesign|illustrator|photoshop)(?: \w+)?"
    r"|(?:pdf|xe|lua)?(?:la)?tex|scribus|quarkxpress|coreldraw|crystal reports|ghostscript|pandoc|calibre|reportlab"
)
_NAMELESS = re.compile(
    rf"(?:{_PROGRAMS})(?: (?:document|presentation|workbook|spreadsheet|template|file))?(?: - .*)?"
    r"|microsoft (?:word|excel|powerpoint) - .*"
    r"|(?:(?:new|blank|empty|scanned|scan|pdf) )?"
    r"(?:sheet|tabelle|feuil|hoja|foglio|blad|slide|folie|page|document|dokument|presentation|book|workbook|chart|scan)"
    r" ?\(?\d*\)?"
    r"|\(?(?:anonymous|unspecified|unknown|unnamed|no title|none|null|title|document title|default)\)?(?: ?\d+)?"
    r"|untitled\b.*|.*\.(?:docx?|dotx?|xlsx?|pptx?|tex|indd|dvi|pdf|rtf|odt|ods|odp|html?|qxd|pub)|\W*",
    re.IGNORECASE,
)


def title_from(path: str, body: str) -> str:
    """The file's name without its suffix, or the text's first words when the name looks machine-made."""
    stem = PurePosixPath(path).stem
    if not _MACHINE_NAME.fullmatch(stem):
        return " ".join(stem.split()) or path
    words = body[:TITLE_SAMPLE].split()
    return (" ".join(words[:_WORDS]).rstrip(",;:") + ("…" if len(words) > _WORDS else "")) or stem


def is_own_title(title: str) -> bool:
    """Whether a declared title was given by a person: it is no default name, no program's and no file's."""
    return _NAMELESS.fullmatch(" ".join(title.split())) is None
