"""Twice the input takes less than three times as long: no loader and no cut into passages is quadratic."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import chain

import pytest

from index import Document, UnreadableFileError
from index.chunking.chunker import Chunker
from index.loaders.dispatch import parse

LEAST = 0.05  # seconds of processor time that the smaller input takes, unless it reaches MOST
MOST = 300_000  # characters of the smaller input
BEST_OF = 3
GROWTH = 3.0
ATTEMPTS = 3  # because other processes disturb the time

# Each is repeated; "%d" is replaced by a number.
SHAPES = {
    ".txt": ["a\n", " ", "ab-\n", "\x1b[31m", "x", "A\n\n", "12 March 2024 ", "- ", "=\n", "a.a."],
    ".md": ["# a%d\nb c\n", "[](", "*a_", "> ", "- a\n  ", "| a | b |\n", "`", "<!--", "&amp;", "![[",
            "a\n===\n", "#", "**a** "],
    ".html": ["<p>a", "<div>", "<table><tr><td>a", "<b>", "&nbsp;", "<!--", "<a href=x>b",
              "<li>a", "<h1>a</h1>b", "<sup>a"],
    ".csv": ["a,b\n", '"', ",", "a;b,c\n", "1,2.5,x\n", '"a\n', "a|b\tc\n"],
    ".json": ["1,", '{"a":1},', '"x",', "[],", '{"k%d":{"b":[1,2]}},'],
    ".jsonl": ['{"a":1}\n', '{"a":{"b":"c"}}\n'],
}  # fmt: skip
CHUNKED = ["a.", "word ", "x", "a\n", "a\n\n", "日本。", "!?", "a\u0301", "👩\u200d", "lorem ipsum dolor sit amet. "]


QUICK = {units[0] for units in (*SHAPES.values(), CHUNKED)}  # the inputs of the suite; --growth takes all


@pytest.fixture(autouse=True)
def chosen(request: pytest.FixtureRequest) -> None:
    """Skip what only --growth times."""
    unit = getattr(request.node, "callspec", None)
    if not request.config.getoption("growth") and unit is not None and unit.params.get("unit", "") not in QUICK:
        pytest.skip("timed with --growth")


def repeated(unit: str, size: int) -> str:
    """About ``size`` characters of a unit."""
    count = max(1, size // len(unit))
    return "".join(unit.replace("%d", str(number)) for number in range(count)) if "%d" in unit else unit * count


def content_of(suffix: str, unit: str, size: int) -> bytes:
    text = repeated(unit, size)
    framed = {".json": f"[{text}0]", ".csv": text, ".jsonl": text}
    return framed.get(suffix, f"Words come first. {text}").encode()


def seconds(work: Callable[[], object]) -> float:
    """The least processor time of some runs."""
    taken = []
    for _ in range(BEST_OF):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def assert_grows_in_proportion(work: Callable[[int], Callable[[], object]]) -> None:
    """``work`` makes a call whose input has so many characters; doubling that less than triples its time."""
    size = 10_000
    while size < MOST:
        began = time.process_time()
        work(size)()
        if time.process_time() - began >= LEAST:
            break
        size *= 2
    for _ in range(ATTEMPTS):
        once, twice = seconds(work(size)), seconds(work(2 * size))
        if twice < GROWTH * max(once, LEAST / 2):
            return
    pytest.fail(f"{size:,} characters take {once:.2f} s, twice as many {twice:.2f} s")


def read(content: bytes, path: str) -> None:
    with suppress(UnreadableFileError):  # refusing it is fine; doing so slowly is not
        parse(content, path)


@pytest.mark.parametrize(
    ("suffix", "unit"), chain(*([(suffix, unit) for unit in units] for suffix, units in SHAPES.items()))
)
def test_loading_takes_time_in_proportion_to_the_file(suffix: str, unit: str) -> None:
    def work(size: int) -> Callable[[], object]:
        content = content_of(suffix, unit, size)
        return lambda: read(content, f"a{suffix}")

    assert_grows_in_proportion(work)


@pytest.mark.parametrize("unit", CHUNKED)
def test_cutting_into_passages_takes_time_in_proportion_to_the_text(chunker: Chunker, unit: str) -> None:
    def work(size: int) -> Callable[[], object]:
        document = Document("a.txt", "a", repeated(unit, size), "text/plain")
        return lambda: chunker.passages(document)

    assert_grows_in_proportion(work)


@pytest.mark.parametrize("level", [lambda number: 1, lambda number: number % 6 + 1])
def test_cutting_at_very_many_headings_takes_time_in_proportion(chunker: Chunker, level: Callable[[int], int]) -> None:
    def work(size: int) -> Callable[[], object]:
        lines = [f"{'#' * level(number)} a{number}\n\nb c\n\n" for number in range(size // 12)]
        document = parse("".join(lines).encode(), "a.md")
        return lambda: chunker.passages(document)

    assert_grows_in_proportion(work)
