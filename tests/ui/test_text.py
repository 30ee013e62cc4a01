"""Untrusted text is shown as text, and shortened without cutting the relevant span."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.text import excerpt, one_line, visible

DIRECTION = [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]


@pytest.mark.parametrize("code", [*DIRECTION, 0x85, 0x9B])
def test_direction_and_c1_controls_are_replaced(code: int) -> None:
    assert visible(f"a{chr(code)}b") == "a\ufffdb"


def test_c0_controls_are_shown_as_their_pictures() -> None:
    assert visible("\x1b[31m\x7f") == "␛[31m␡"


@given(st.text())
def test_visible_text_keeps_its_length_line_feeds_and_tabs(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert [at for at, one in enumerate(shown) if one in "\n\t"] == [at for at, one in enumerate(text) if one in "\n\t"]


@given(st.text(), st.integers(0, 50), st.integers(0, 50), st.integers(1, 30))
def test_an_excerpt_never_cuts_the_span_itself(text: str, start: int, length: int, room: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    before, inside, after = excerpt(text, start, end, room)
    assert inside == text[start:end]
    assert len(before) <= room + 1 and len(after) <= room + 1


def test_long_lines_are_cut_for_labels() -> None:
    assert one_line("a\n  b\t c") == "a b c"
    assert len(one_line("x" * 100_000, 80)) == 80
