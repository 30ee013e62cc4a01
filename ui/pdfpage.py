"""One page of a PDF as a picture, and the boxes of a quote on it; a program, because a PDF can crash what reads it.

Reads a request as JSON on standard input and writes the page as JSON on standard output. It is given a limit of memory
and, by its caller, of time.
"""

from __future__ import annotations

import base64
import io
import json
import resource
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from index import children

Corners = tuple[float, float, float, float]  # left, bottom, right, top in points
WIDTH = 1100  # pixels of the picture
LARGEST = 4.0  # pixels a point at most, so that a tiny page does not become a poster
MEMORY = 2 << 30  # bytes
SECONDS = 15
HYPHENS = frozenset("-\u00ad\u2010\u2011\u0002\ufffe")  # where a line ends with one, the text has the word in one piece


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in parts of its width and height from the upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a PNG picture in base64, with the boxes of the quote; none when its place is not exact."""

    png: str
    width: int
    height: int
    boxes: tuple[Box, ...]


def picture_of(file: Path, number: int, text: str, start: int, end: int) -> PagePicture | None:
    """Page ``number`` (from 1) of a PDF, with boxes around ``text[start:end]`` of the page's canonical ``text``.

    None when the page cannot be drawn within the limits.
    """
    request = {"file": str(file.absolute()), "number": number, "text": text, "start": start, "end": end}
    drawn = _drawn_apart(json.dumps(request).encode())
    if drawn is None:
        return None
    answer = json.loads(drawn)
    return PagePicture(**{**answer, "boxes": tuple(Box(**box) for box in answer["boxes"])})


def _drawn_apart(request: bytes) -> bytes | None:
    """What a process of its own writes of a request; None when it fails or takes too long."""
    try:
        with children.start("ui.pdfpage") as child:
            try:
                drawn, _ = child.communicate(request, timeout=SECONDS)
            finally:
                child.kill()
    except (subprocess.TimeoutExpired, OSError):
        return None
    return drawn if child.returncode == 0 else None


def solid(text: str) -> tuple[str, list[int]]:
    """``text`` without white space and hyphens, compatibility forms resolved, and the offset of each character left."""
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in HYPHENS:
            continue
        for part in unicodedata.normalize("NFKC", character):
            if not part.isspace() and unicodedata.category(part)[0] != "C":
                kept.append(part)
                places.append(place)
    return "".join(kept), places


def places_of(drawn: str, text: str, start: int, end: int) -> list[int]:
    """Offsets into ``drawn`` of the characters of ``text[start:end]``; none unless both are the same writing."""
    drawn_solid, drawn_places = solid(drawn)
    text_solid, text_places = solid(text)
    if drawn_solid != text_solid:
        return []
    return [there for there, here in zip(drawn_places, text_places, strict=True) if start <= here < end]


def draw(file: Path, number: int, text: str, start: int, end: int) -> PagePicture:
    """The page, drawn in this process."""
    with pdfium.PdfDocument(file) as document:
        page = document[number - 1]
        width, _ = page.get_size()
        bitmap = page.render(scale=min(LARGEST, WIDTH / max(width, 1)))
        stream = io.BytesIO()
        image = bitmap.to_pil()
        image.save(stream, "PNG", optimize=False)
        png = base64.b64encode(stream.getvalue()).decode()
        return PagePicture(png, image.width, image.height, _boxes(page, text, start, end))


def _boxes(page: pdfium.PdfPage, text: str, start: int, end: int) -> tuple[Box, ...]:
    textpage = page.get_textpage()
    count = textpage.count_chars()
    drawn = "".join(chr(pdfium_c.FPDFText_GetUnicode(textpage, place)) for place in range(count))
    width, height = page.get_size()
    turned = page.get_rotation() != 0 or tuple(page.get_cropbox()) != (0, 0, width, height)
    if turned:  # character boxes are in the page's own coordinates, which are then not the picture's
        return ()
    corners = [textpage.get_charbox(place, loose=True) for place in places_of(drawn, text, start, end)]
    return tuple(_box(line, width, height) for line in lines_of(corners))


def lines_of(corners: Iterable[Corners]) -> Iterator[list[Corners]]:
    """The characters line by line: one that does not overlap the last one's height begins another line."""
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
    """Answer the request on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    request = json.load(sys.stdin)
    page = draw(Path(request["file"]), request["number"], request["text"], request["start"], request["end"])
    json.dump(asdict(page), sys.stdout)


if __name__ == "__main__":
    main()
