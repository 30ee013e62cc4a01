"""Every value that a template prints is text."""

from __future__ import annotations

import ast
import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup

from ui.web.html import TEMPLATES, escaped, render, spoken_date


class Tags(HTMLParser):
    """Collects everything that a browser would treat as markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@given(st.text())
def test_a_printed_value_has_no_markup_and_is_one_line(value: str) -> None:
    shown = escaped(value)
    parser = Tags()
    parser.feed(shown)
    assert parser.tags == []
    assert "\n" not in shown and '"' not in shown and "<" not in shown and "'" not in shown


@given(st.text(alphabet=st.characters(blacklist_categories=("Cc", "Cf", "Cs"))))
def test_a_printed_value_reads_as_before(value: str) -> None:
    assert html.unescape(escaped(value)) == value


def test_controls_become_pictures_and_direction_overrides_become_visible() -> None:
    assert escaped("\x1b[31m") == "␛[31m"
    for override in "\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c":
        assert escaped(f"{override}gnp.exe") == "\ufffdgnp.exe"


@pytest.mark.parametrize(
    ("iso", "spoken"),
    [("2025-04-08", "8 April 2025"), ("2025-04", "April 2025"), ("2025", "2025"), ("2025-13-40", "2025-13-40")],
)
def test_dates_are_written_as_people_write_them(iso: str, spoken: str) -> None:
    assert spoken_date(iso) == spoken


@pytest.mark.parametrize("value", ["\u202e\x1b", Markup("<b>\u202e\x1b</b>")])
def test_no_template_prints_controls_not_even_in_markup(value: str) -> None:
    shown = render("turn/failed.html", turn="t", state="failed", question="", record="", message=value, is_empty=False)
    assert "\ufffd␛" in shown and not {"\u202e", "\x1b"} & set(shown)


def test_a_missing_template_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("turn/failed.html", turn="t", state="failed", question="")


def test_no_template_switches_escaping_off() -> None:
    templates = list(TEMPLATES.rglob("*.html"))
    off = re.compile(r"\|\s*(safe|xmlattr)|autoescape")
    assert templates and not [path.name for path in templates if off.search(path.read_text())]


def test_no_python_string_puts_values_into_markup() -> None:
    found = [
        f"{file.name}:{node.lineno}"
        for file in TEMPLATES.parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.JoinedStr) and re.search(r"</?[a-z]", ast.unparse(node))
    ]
    assert found == []
