"""Files of every format, made from the same sections, so that one test covers all of them."""

from __future__ import annotations

import csv
import html
import io
import json
import zlib
from collections.abc import Callable, Sequence

import docx

Sections = Sequence[tuple[str, str]]  # (heading, paragraph)


def text_file(sections: Sections) -> bytes:
    return "\n\n".join(part for section in sections for part in section).encode()


def markdown_file(sections: Sections) -> bytes:
    return "\n\n".join(f"## {heading}\n\n{words}" for heading, words in sections).encode()


def html_file(sections: Sections) -> bytes:
    body = "".join(f"<h2>{html.escape(heading)}</h2><p>{html.escape(words)}</p>" for heading, words in sections)
    return f'<html><head><meta charset="utf-8"><title>A page</title></head><body>{body}</body></html>'.encode()


def docx_file(sections: Sections) -> bytes:
    document = docx.Document()
    for heading, words in sections:
        document.add_heading(heading, 2)
        document.add_paragraph(words)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def csv_file(sections: Sections) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["heading", "words"])
    writer.writerows(sections)
    return file.getvalue().encode()


def json_file(sections: Sections) -> bytes:
    return json.dumps([{"heading": heading, "words": words} for heading, words in sections]).encode()


def pdf_file(sections: Sections, information: str = "") -> bytes:
    """One page a section: its heading at 18 points, its words in lines at 11."""
    return pdf_pages(
        [[(18, heading), *((11, line) for line in _lines(words))] for heading, words in sections], information
    )


def pdf_pages(pages: Sequence[Sequence[tuple[int, str]]], information: str = "") -> bytes:
    """A PDF of pages of (size in points, line); ``information`` is the content of its information dictionary."""
    parts = [b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    root = 2 * len(pages) + 2
    for lines in pages:
        parts.append(_stream(lines))
        parts.append(
            f"<</Type/Page/Parent {root} 0 R/MediaBox[0 0 595 842]/Contents {len(parts)} 0 R"
            "/Resources<</Font<</F1 1 0 R>>>>>>".encode()
        )
    kids = " ".join(f"{2 * number + 3} 0 R" for number in range(len(pages)))
    parts.append(f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode())
    parts.append(f"<</Type/Catalog/Pages {root} 0 R>>".encode())
    parts.append(f"<<{information}>>".encode())
    return _assembled(parts, root + 1)


def pdf_of(texts: Sequence[tuple[float, float, int, str]], width: int, height: int) -> bytes:
    """A PDF of one page of texts in Helvetica, each with its left end, its baseline, its size and its letters.

    Raises UnicodeEncodeError for letters that the font lacks.
    """
    drawn = b"BT\n"
    for left, baseline, size, text in texts:
        words = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        drawn += b"/F1 %d Tf 1 0 0 1 %.1f %.1f Tm (%s) Tj\n" % (size, left, baseline, words)
    parts = [
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Length %d>>stream\n%sET\nendstream" % (len(drawn) + 2, drawn),
        b"<</Type/Page/Parent 4 0 R/MediaBox[0 0 %d %d]/Contents 2 0 R/Resources<</Font<</F1 1 0 R>>>>>>"
        % (width, height),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Catalog/Pages 4 0 R>>",
        b"<<>>",
    ]
    return _assembled(parts, 5)


def decompression_bomb_pdf(megabytes: int) -> bytes:
    """A PDF of one page, whose content is this large when decompressed."""
    compressor = zlib.compressobj(1)
    packed = b"".join(compressor.compress(b" " * 1_000_000) for _ in range(megabytes)) + compressor.flush()
    parts = [
        b"<</Type/Page/Parent 3 0 R/MediaBox[0 0 595 842]/Contents 2 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Pages/Count 1/Kids[1 0 R]>>",
        b"<</Type/Catalog/Pages 3 0 R>>",
        b"<<>>",
    ]
    return _assembled(parts, 4)


def _stream(lines: Sequence[tuple[int, str]]) -> bytes:
    drawn, height = b"BT\n", 800
    for size, line in lines:
        height -= round(size * 1.4)
        words = line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        drawn += b"/F1 %d Tf 1 0 0 1 60 %d Tm (%s) Tj\n" % (size, height, words)
    return b"<</Length %d>>stream\n%sET\nendstream" % (len(drawn) + 2, drawn)


def _assembled(parts: Sequence[bytes], root: int) -> bytes:
    file, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size %d/Root %d 0 R/Info %d 0 R>>" % (len(parts) + 1, root, root + 1)
    start = len(file)
    return b"%sxref\n0 %d\n0000000000 65535 f \n%s%s\nstartxref\n%d\n%%%%EOF" % (
        file,
        len(parts) + 1,
        table,
        trailer,
        start,
    )


def _lines(words: str, width: int = 80) -> list[str]:
    lines, line = [], ""
    for word in words.split():
        if line and len(line) + len(word) >= width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


FORMATS: dict[str, Callable[[Sections], bytes]] = {
    ".txt": text_file,
    ".md": markdown_file,
    ".html": html_file,
    ".pdf": pdf_file,
    ".docx": docx_file,
    ".csv": csv_file,
    ".json": json_file,
}
