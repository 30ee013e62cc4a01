"""The library's dialog, without a browser."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from index import BuildReport, DocumentRecord, Filters, Plan
from index.reports import PassedOver
from ui.service.naming import addressed
from ui.web.library.listing import UPLOADS, Narrowing, Shelf
from ui.web.library.page import render_library, render_plan

RECORDS = [
    DocumentRecord(number, path, title, "text/plain", "", "/notes", date, 0, 9, 0, 1, {}, warnings)
    for number, path, title, date, warnings in (
        (1, "tea.txt", "Tea", "2024-05-01", ()),
        (2, "deep/salt.txt", "Salt", None, ("cut short",)),
        (3, "deep/er/iron.txt", "Iron", "2020", ()),
    )
]
TWIN = replace(RECORDS[0], id=4, source="/letters")


def paths(**narrowed: str | bool) -> list[str]:
    shelf = Shelf(RECORDS, collections={"Metals": frozenset({RECORDS[2].address})}, added={RECORDS[1].address: "2026"})
    return [row.name for row in shelf.listing(Narrowing(**narrowed)).rows]


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


def test_documents_with_the_same_path_are_told_apart_without_the_servers_folders() -> None:
    server = "/srv/of/the/library"
    records = [replace(record, source=server + record.source) for record in (*RECORDS, TWIN)]
    shown = render_library(Shelf(records), (), megabytes=50)
    names = ("…/notes/tea.txt", "…/letters/tea.txt", "deep/salt.txt")
    assert all(f'value="{name}"' in shown for name in names)
    assert server not in shown
    chosen = addressed(names, records)
    assert chosen == {f"{server}/notes/tea.txt", f"{server}/letters/tea.txt", "deep/salt.txt"}
    assert [Filters(documents=chosen).admit(record) for record in records] == [True, True, False, True]


def test_every_row_has_a_cell_for_each_column() -> None:
    rows = Rows()
    rows.feed(render_library(Shelf(RECORDS), (), megabytes=50))
    assert rows.cells == [7] * 4


def test_the_list_is_narrowed_and_sorted() -> None:
    assert paths() == ["deep/er/iron.txt", "deep/salt.txt", "tea.txt"]
    assert paths(sort="title") == ["deep/er/iron.txt", "deep/salt.txt", "tea.txt"]
    assert paths(sort="dated")[0] == "tea.txt"
    assert paths(sort="added")[0] == "deep/salt.txt"
    assert paths(folder="0/deep/er") == paths(collection="Metals") == paths(name="IRON") == ["deep/er/iron.txt"]
    assert paths(warned=True) == ["deep/salt.txt"]
    assert paths(media_type="application/pdf") == paths(folder="7/deep") == paths(collection="None") == []


def test_documents_that_a_date_leaves_out_for_having_none_are_counted() -> None:
    listing = Shelf(RECORDS).listing(Narrowing(after="2024"))
    assert ([row.name for row in listing.rows], listing.undated, listing.total) == (["tea.txt"], 1, 3)
    assert Shelf(RECORDS).listing(Narrowing(after="2024", name="iron")).undated == 0


def test_folders_are_a_tree_with_one_root_for_each_source() -> None:
    (deep,) = Shelf(RECORDS).folders()
    assert (deep.key, deep.name, deep.documents, [one.key for one in deep.folders]) == (
        "0/deep",
        "deep",
        2,
        ["0/deep/er"],
    )
    shelf = Shelf([*RECORDS, TWIN, replace(TWIN, id=5, source="/up")], uploads="/up")
    assert [(one.name, one.documents) for one in shelf.folders()] == [("letters", 1), ("notes", 3), (UPLOADS, 1)]


def test_a_plan_names_what_is_not_read() -> None:
    plan = Plan(unchanged=("tea.txt",), passed_over=PassedOver({".png": 11}))
    page = render_plan(BuildReport(plan, 1, 1, 1, 0, 0.1))
    assert "Not read: <bdi>11 of other kinds (.png 11)</bdi>" in page
