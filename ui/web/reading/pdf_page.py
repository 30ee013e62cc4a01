"""The pages of a PDF for the viewer, drawn in a child process, as a bad PDF may crash it; see ``drawing``."""

from __future__ import annotations

import base64
import json
import math
import subprocess
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from index import start_child
from ui.web.reading.drawing import MAX_BOOKMARKS, SECONDS, WIDTHS

MEGABYTES = 1000  # of memory that the child may map
OUTPUT_BYTES = 20 << 20  # of its answer as JSON
AT_ONCE = 2  # children at the same time
_PLACES = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word on a page: its box in percent of the page from the upper left corner, and its place in the page's text."""

    text: str
    left: float
    top: float
    width: float
    height: float
    start: int  # -1 where it is not found in the text
    end: int
    last: bool  # its line ends here
    gap: float = 0.0  # percent from its end to the next word of its line


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a PNG in base64, its size in pixels and in points, and its words; none of a scan."""

    png: str
    width: int
    height: int
    points: tuple[float, float]
    words: tuple[PlacedWord, ...]


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of a PDF's own outline."""

    level: int  # from 1
    title: str
    page: int  # number, from 1


def picture_of(content: bytes, number: int, text: str, *, fine: bool = False) -> PagePicture | None:
    """Page ``number`` (from 1) of a PDF's bytes; ``text`` is the document's text of the page, ``fine`` for enlarging.

    None if the page cannot be drawn within the limits.
    """
    request = {"what": "page", "number": number, "text": text, "width": WIDTHS[1 if fine else 0]}
    try:
        answer = _ask_child(request, content)
        base64.b64decode(answer["png"], validate=True)  # the child is not trusted: this becomes part of an address
        across, down = (_finite(side) for side in answer["points"])
        words = _with_gaps([_placed(*word) for word in answer["words"]])
        return PagePicture(answer["png"], int(answer["width"]), int(answer["height"]), (across, down), words)
    except (ValueError, TypeError, KeyError):
        return None


def bookmarks_of(content: bytes) -> tuple[Bookmark, ...]:
    """The outline that a PDF's author gave it; empty when there is none, or it cannot be read within the limits."""
    try:
        entries = _ask_child({"what": "bookmarks"}, content)["entries"]
        return tuple(Bookmark(int(level), str(title), int(page)) for level, title, page in entries[:MAX_BOOKMARKS])
    except (ValueError, TypeError, KeyError):
        return ()


def _ask_child(request: dict[str, object], content: bytes) -> dict[str, Any]:
    """The answer of a child process. Raises ``ValueError`` when it fails, takes too long or says too much."""
    with _PLACES:
        try:
            with start_child("ui.web.reading.drawing", megabytes=MEGABYTES) as child:
                try:
                    said, _ = child.communicate(json.dumps(request).encode() + b"\n" + content, timeout=SECONDS)
                finally:
                    child.kill()
        except (subprocess.TimeoutExpired, OSError) as error:
            raise ValueError("the child did not finish") from error
    if child.returncode != 0 or len(said) > OUTPUT_BYTES:
        raise ValueError("the child failed")
    answer = json.loads(said)
    if not isinstance(answer, dict):
        raise TypeError("not an object")
    return answer


def _placed(
    text: str, left: float, top: float, width: float, height: float, start: int, end: int, last: bool
) -> PlacedWord:
    left, top, width, height = (_finite(side) * 100 for side in (left, top, width, height))
    return PlacedWord(str(text), left, top, width, height, int(start), int(end), bool(last))


def _with_gaps(words: Iterable[PlacedWord]) -> tuple[PlacedWord, ...]:
    """The words, each with the gap to the next one of its line, so that a selection has no holes."""
    listed = list(words)
    gaps = [following.left - word.left - word.width for word, following in pairwise(listed)]
    near = [
        gap if 0 < gap < 2 * word.height and not word.last else 0.0
        for word, gap in zip(listed, [*gaps, 0.0], strict=False)
    ]
    return tuple(replace(word, gap=gap) for word, gap in zip(listed, near, strict=True))


def _finite(number: float) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    return value
