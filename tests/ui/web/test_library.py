"""The library's dialog, without a browser."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from index import BuildReport, DocumentRecord, Filters, Plan
from index.reports import PassedOver
from ui.web.library.page import render_library, render_plan

RECORDS = [
    DocumentRecord(number, f"{number}.txt", f"Text {number}", "text/plain", "", "/notes", None, 0, 9, 0, 1, {}, ())
    for number in (1, 2)
]


class Rows(HTMLParser):
    """Counts the cells of each row of a table."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[int] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.cells.append(0)
        elif tag in ("th", "td"):
            self.cells[-1] += 1


def test_documents_with_the_same_path_are_chosen_by_their_addresses() -> None:
    twin = replace(RECORDS[0], id=3, source="/letters")
    shown = render_library([*RECORDS, twin], (), megabytes=50)
    assert [f'value="{name}"' in shown for name in ("/notes/1.txt", "/letters/1.txt", "2.txt")] == [True] * 3
    assert Filters(documents=frozenset({"/letters/1.txt"})).admit(twin)
    assert not Filters(documents=frozenset({"/letters/1.txt"})).admit(RECORDS[0])


@pytest.mark.parametrize(("removable", "columns"), [(set(), 7), ({2}, 8), ({1, 2}, 8)])
def test_every_row_has_a_cell_for_each_column(removable: set[int], columns: int) -> None:
    rows = Rows()
    rows.feed(render_library(RECORDS, (), megabytes=50, removable=frozenset(removable)))
    assert rows.cells == [columns] * 3


def test_a_plan_names_what_is_not_read() -> None:
    plan = Plan(unchanged=("tea.txt",), passed_over=PassedOver({".png": 11}))
    page = render_plan(BuildReport(plan, 1, 1, 1, 0, 0.1))
    assert "Not read: <bdi>11 of other kinds (.png 11)</bdi>" in page
