"""A page of a PDF as a picture, with boxes around a quote. It is drawn in a child process, as a bad PDF may crash it.

The child reads a request as a line of JSON and the file's bytes on standard input, and writes the picture as JSON on
standard output, within limits of memory, time and size.
"""

from __future__ import annotations

import base64
import io
import json
import math
import resource
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from index import start_child

Corners = tuple[float, float, float, float]  # left, bottom, right, top in points
WIDTH = 1100  # pixels of the picture
MAX_PIXELS = 4_000_000  # of the picture; an A4 page has 1.7 million
MAX_SCALE = 4.0  # pixels per point, so that a small page is not enlarged to the full width
MEGABYTES = 1000  # of memory that the child may map
OUTPUT_BYTES = 20 << 20  # of a picture as JSON
AT_ONCE = 2  # pictures that are drawn at the same time
SECONDS = 15
HYPHENS = frozenset(
    "-\u00ad\u2010\u2011\u0002\ufffe"
)  # these divide words at a line's end; the canonical text has the whole word
_PLACES = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in fractions of its width and height from the upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a PNG in base64, with a box around each line of the quote; no boxes if it was not found exactly."""

    png: str
    width: int
    height: int
    boxes: tuple[Box, ...]


def picture_of(content: bytes, number: int, text: str, start: int, end: int) -> PagePicture | None:
    """Page ``number`` (from 1) of a PDF's bytes, with boxes around ``text[start:end]``; ``text`` is the page's.

    None if the page cannot be drawn within the limits.
    """
    request = json.dumps({"number": number, "text": text, "start": start, "end": end}).encode()
    with _PLACES:
        drawn = _draw_in_child(request + b"\n" + content)
    if drawn is None:
        return None
    try:
        answer = json.loads(drawn)
        base64.b64decode(answer["png"], validate=True)  # the child is not trusted: this becomes part of an address
        boxes = tuple(
            Box(*map(float, (box["left"], box["top"], box["width"], box["height"]))) for box in answer["boxes"]
        )
        return PagePicture(answer["png"], int(answer["width"]), int(answer["height"]), boxes)
    except (ValueError, TypeError, KeyError):
        return None


def _draw_in_child(request: bytes) -> bytes | None:
    """The output of a child process for a request; None when it fails or takes too long."""
    try:
        with start_child("ui.web.reading.pdf_page", megabytes=MEGABYTES) as child:
            try:
                drawn, _ = child.communicate(request, timeout=SECONDS)
            finally:
                child.kill()
    except (subprocess.TimeoutExpired, OSError):
        return None
    return drawn if child.returncode == 0 and len(drawn) <= OUTPUT_BYTES else None


def condensed(text: str) -> tuple[str, list[int]]:
    """``text`` in NFKC without white space, controls and hyphens, and each remaining character's offset in ``text``."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        if character in HYPHENS:
            continue
        for part in unicodedata.normalize("NFKC", character):
            if not part.isspace() and unicodedata.category(part)[0] != "C":
                characters.append(part)
                offsets.append(offset)
    return "".join(characters), offsets


def align(drawn: str, text: str, start: int, end: int) -> list[int]:
    """Offsets into ``drawn`` of the characters of ``text[start:end]``; none unless both condense to the same text."""
    drawn_condensed, drawn_offsets = condensed(drawn)
    text_condensed, text_offsets = condensed(text)
    if drawn_condensed != text_condensed:
        return []
    return [there for there, here in zip(drawn_offsets, text_offsets, strict=True) if start <= here < end]


def draw(content: bytes, number: int, text: str, start: int, end: int) -> PagePicture:
    """The page, drawn in this process."""
    with pdfium.PdfDocument(content) as document:
        page = document[number - 1]
        width, height = (max(side, 1) for side in page.get_size())
        bitmap = page.render(scale=min(MAX_SCALE, WIDTH / width, math.sqrt(MAX_PIXELS / (width * height))))
        stream = io.BytesIO()
        image = bitmap.to_pil()
        image.save(stream, "PNG", optimize=False)
        png = base64.b64encode(stream.getvalue()).decode()
        return PagePicture(png, image.width, image.height, _boxes(page, text, start, end))


def _boxes(page: pdfium.PdfPage, text: str, start: int, end: int) -> tuple[Box, ...]:
    textpage = page.get_textpage()
    count = textpage.count_chars()
    drawn = "".join(chr(pdfium_c.FPDFText_GetUnicode(textpage, offset)) for offset in range(count))
    width, height = page.get_size()
    transformed = page.get_rotation() != 0 or tuple(page.get_cropbox()) != (0, 0, width, height)
    if transformed:  # then the character boxes, which are in page coordinates, do not fit the picture
        return ()
    corners = [textpage.get_charbox(offset, loose=True) for offset in align(drawn, text, start, end)]
    return tuple(_box(line, width, height) for line in split_lines(corners))


def split_lines(corners: Iterable[Corners]) -> Iterator[list[Corners]]:
    """The characters line by line; one that does not overlap the previous one vertically begins a new line."""
    line: list[Corners] = []
    for one in corners:
        _, bottom, _, top = one
        if line and (top <= line[-1][1] or bottom >= line[-1][3]):
            yield line
            line = []
        line.append(one)
    if line:
        yield line


def _box(corners: list[Corners], width: float, height: float) -> Box:
    left, bottom = min(one[0] for one in corners), min(one[1] for one in corners)
    right, top = max(one[2] for one in corners), max(one[3] for one in corners)
    return Box(left / width, 1 - top / height, (right - left) / width, (top - bottom) / height)


def main() -> None:
    """Read the request from standard input and write the picture to standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    request = json.loads(sys.stdin.buffer.readline())
    page = draw(sys.stdin.buffer.read(), request["number"], request["text"], request["start"], request["end"])
    json.dump(asdict(page), sys.stdout)


if __name__ == "__main__":
    main()
