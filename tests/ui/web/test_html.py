"""Text of documents stays text."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.web.html import spoken_date, text

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=http://elsewhere.example/x.png onerror=alert(1)>',
    "![picture](http://elsewhere.example/x.png)",
    "[link](javascript:alert(1))",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "first\n\n# a heading\n\n    <b>code</b>",
    "$$x$$ `code` **bold** &lt;b&gt; &amp;amp;",
)


class Tags(HTMLParser):
    """Collects whatever a browser would take for markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@given(st.text())
def test_text_has_no_markup_and_stands_on_one_line(value: str) -> None:
    shown = text(value)
    parser = Tags()
    parser.feed(shown)
    assert parser.tags == []
    assert "\n" not in shown and '"' not in shown and "<" not in shown and "'" not in shown


@given(st.text(alphabet=st.characters(blacklist_categories=("Cc", "Cf", "Cs"))))
def test_text_reads_as_what_it_was(value: str) -> None:
    assert html.unescape(text(value)) == value


def test_controls_become_pictures_and_direction_overrides_become_visible() -> None:
    assert text("\x1b[31m") == "␛[31m"
    for override in "\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c":
        assert text(f"{override}gnp.exe") == "\ufffdgnp.exe"


@pytest.mark.parametrize(
    ("iso", "spoken"),
    [("2025-04-08", "8 April 2025"), ("2025-04", "April 2025"), ("2025", "2025"), ("2025-13-40", "2025-13-40")],
)
def test_dates_are_written_as_people_do(iso: str, spoken: str) -> None:
    assert spoken_date(iso) == spoken
