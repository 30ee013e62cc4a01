"""What stands at the top and the foot of PDF pages: running lines, and notes."""

from __future__ import annotations

import pytest

from index.loaders.dispatch import parse
from index.types import Document
from tests.support.samples.pdf_streams import pdf_of_streams, text_at

BODY = 11


def read(*pages: str) -> Document:
    return parse(pdf_of_streams(pages), "sample.pdf")


def pages_with(heads: list[str], *, size: float = BODY, gap: float = 0.0) -> Document:
    """Pages of a sentence each, with a line at the top whose last word stands ``gap`` points apart if that is given."""
    sentences = ("It has six desks.", "The lamp is broken.", "Keys are at the gate.")
    drawn = []
    for head, sentence in zip(heads, sentences, strict=True):
        words, _, number = head.rpartition(" ")
        top = ((60, 800, size, words), (60 + gap, 800, size, number)) if gap else ((60, 800, size, head),)
        drawn.append(text_at(*top, (60, 700, BODY, sentence)))
    return read(*drawn)


def test_numbers_that_rise_from_page_to_page_stay_unless_they_are_page_numbers():
    document = pages_with(["Room 101", "Room 102", "Room 103"])
    assert [part.split("\n")[0] for part in document.text.split("\n\n")] == ["Room 101", "Room 102", "Room 103"]
    assert not document.left_out


@pytest.mark.parametrize(
    ("head", "size", "gap"),
    [
        ("Harbour rules, page {}", BODY, 0),
        ("Harbour rules | {}", BODY, 0),
        ("{} Harbour rules", BODY, 0),
        ("Harbour rules {}", BODY, 300),
        ("Harbour rules {}", 8, 0),
        ("Rules of the harbour {}", BODY, 0),
        ("Harbour rules {}/3", BODY, 0),
    ],
)
def test_running_heads_with_page_numbers_are_left_out_but_for_the_first(head: str, size: float, gap: float):
    document = pages_with([head.format(number) for number in (1, 2, 3)], size=size, gap=gap)
    assert document.text.endswith("It has six desks.\n\nThe lamp is broken.\n\nKeys are at the gate.")
    assert document.left_out == ("running heads and page numbers on 2 pages",)
