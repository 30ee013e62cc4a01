"""Twice the input takes less than three times as long: no loader and no cut into passages is quadratic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import chain
from typing import Any

import pytest

from index import Document, UnreadableFileError
from index.chunking.chunker import Chunker
from index.loaders.dispatch import parse
from tests.support.growth import LONG, assert_grows_in_proportion, repeated

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
    ".xml": ["<b>c</b>", "<b><c>d</c></b>", "<b>c</b>d ", "<b%d/>", "<b x='%d'/>", "&amp;", "<b>"],
    ".yaml": ["k%d: v\n", "- a\n", "- {a: %d}\n", "&k%d v\n", "[", "a: b # c\n"],
    ".rst": ["a\n\n", "`a", "* a\n", "a%d\n---\n\nb\n\n", "*a* ", ".. a\n", "| a\n"],
    ".rtf": [r"a\par ", "{", r"\'e9", r"{\b a}", r"\trowd\cellx1\intbl a\cell\row ",
             r"{\fonttbl{\f0 a;}}"],
    ".eml": ["> a\n", "a\n", "=20", "--b\n"],
}  # fmt: skip
FRAMES = {
    ".json": "[%s0]",
    ".csv": "%s",
    ".jsonl": "%s",
    ".xml": "<a>%s</a>",
    ".yaml": "%s",
    ".rtf": r"{\rtf1 Words come first. %s}",
    ".eml": "From: ada@example.org\n\nWords come first. %s",
}
CHUNKED = ["a.", "word ", "x", "a\n", "a\n\n", "日本。", "!?", "a\u0301", "👩\u200d", "lorem ipsum dolor sit amet. "]


QUICK = {*((suffix, units[0]) for suffix, units in SHAPES.items()), ("", CHUNKED[0]), ("", "six levels")}


@pytest.fixture(autouse=True)
def chosen(request: pytest.FixtureRequest) -> None:
    """Skip what only --growth times: all inputs but the first of each kind."""
    given = request.node.callspec.params
    if not request.config.getoption("growth") and (given.get("suffix", ""), given["unit"]) not in QUICK:
        pytest.skip("timed with --growth")


@pytest.fixture
def limits(pytestconfig: pytest.Config) -> dict[str, Any]:
    """How long the smaller input takes, and how long it may be, where it is not as short as the suite needs it."""
    return LONG if pytestconfig.getoption("growth") else {}


def content_of(suffix: str, unit: str, size: int) -> bytes:
    return FRAMES.get(suffix, "Words come first. %s").replace("%s", repeated(unit, size)).encode()


def read(content: bytes, path: str) -> None:
    with suppress(UnreadableFileError):  # refusing it is fine; doing so slowly is not
        parse(content, path)


@pytest.mark.parametrize(
    ("suffix", "unit"), chain(*([(suffix, unit) for unit in units] for suffix, units in SHAPES.items()))
)
def test_loading_takes_time_in_proportion_to_the_file(suffix: str, unit: str, limits: dict[str, Any]) -> None:
    def work(size: int) -> Callable[[], object]:
        content = content_of(suffix, unit, size)
        return lambda: read(content, f"a{suffix}")

    assert_grows_in_proportion(work, **limits)


@pytest.mark.parametrize("unit", CHUNKED)
def test_cutting_into_passages_takes_time_in_proportion_to_the_text(
    chunker: Chunker, unit: str, limits: dict[str, Any]
) -> None:
    def work(size: int) -> Callable[[], object]:
        document = Document("a.txt", "a", repeated(unit, size), "text/plain")
        return lambda: chunker.passages(document)

    assert_grows_in_proportion(work, **limits)


@pytest.mark.parametrize("unit", ["one level", "six levels"])
def test_cutting_at_very_many_headings_takes_time_in_proportion(
    chunker: Chunker, unit: str, limits: dict[str, Any]
) -> None:
    levels = 6 if unit == "six levels" else 1

    def work(size: int) -> Callable[[], object]:
        lines = [f"{'#' * (number % levels + 1)} a{number}\n\nb c\n\n" for number in range(size // 12)]
        document = parse("".join(lines).encode(), "a.md")
        return lambda: chunker.passages(document)

    assert_grows_in_proportion(work, **limits)
