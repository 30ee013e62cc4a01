"""PDFs written operator by operator, with annotations, page labels and forms."""

from __future__ import annotations

from collections.abc import Sequence

_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def text_at(*texts: tuple[float, float, float, str]) -> str:
    """Operators that draw texts, each given as its left end, its baseline, its size in points, and its letters."""
    drawn = ""
    for left, baseline, size, letters in texts:
        escaped = letters.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        drawn += f"BT /F1 {size} Tf 1 0 0 1 {left} {baseline} Tm ({escaped}) Tj ET\n"
    return drawn


def lines_at(*lines: tuple[float, float, float, float]) -> str:
    """Operators that draw straight lines from one point to another."""
    return "".join(f"{x0} {y0} m {x1} {y1} l S\n" for x0, y0, x1, y1 in lines)


def pdf_of_streams(
    pages: Sequence[str],
    *,
    annotations: Sequence[str] = (),
    catalog: str = "",
    page: str = "",
    objects: str = "",
    font: str = "",
) -> bytes:
    """A PDF of pages with these operators.

    ``annotations`` are dictionaries for the first page; they and the entries of the ``catalog`` can name each other as
    ``{0}``, ``{1}`` and so on; so can another ``font``'s name and object. ``page`` has more entries for each page,
    ``objects`` more operators' resources.
    """
    first = 4 + 2 * len(pages)
    names = [f"{first + position} 0 R" for position in range(len(annotations))]
    kids = " ".join(f"{4 + 2 * position} 0 R" for position in range(len(pages)))
    parts = [f"<</Type/Catalog/Pages 2 0 R {catalog.format(*names)}>>".encode()]
    parts.append(f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode())
    parts.append(_FONT)
    for position, operators in enumerate(pages):
        own = f"/Annots[{' '.join(names)}]" if names and not position else ""
        parts.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * position} 0 R{own}{page}"
            f"/Resources<</Font<</F1 3 0 R {font.format(*names)}>>{objects}>>>>".encode()
        )
        drawn = operators.encode("cp1252")
        parts.append(b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn))
    parts += [annotation.format(*names).encode() for annotation in annotations]
    return _file(parts)


def _file(parts: Sequence[bytes]) -> bytes:
    file, places = b"%PDF-1.6\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(parts) + 1, len(file))
    return file + head + table + trailer
