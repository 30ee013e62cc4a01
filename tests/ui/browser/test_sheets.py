"""Question sheets on the page, with the real models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index import Collections, build
from tests.support.browser import Open, assert_accessible, serving
from tests.support.samples.contracts import FEE, NOTICE, write_contracts

EVIL = "# <img src=x onerror=alert(1)>\n\nThe monthly fee is <b>EUR 7</b>.\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of an application over an index of contracts, and the folder of the contracts."""
    folder = tmp_path_factory.mktemp("office")
    contracts = write_contracts(folder / "contracts")
    (contracts / "evil.md").write_text(EVIL)
    build([contracts], folder / "index")
    Collections(folder / "index").add("Services", {str(contracts / name) for name in ("cleaning.md", "guards.md")})
    with serving(folder / "index") as address:
        yield address, folder


def show_sheets(page: Page) -> None:
    page.get_by_role("link", name="Sheets", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).wait_for()


def ask(page: Page, name: str, *questions: str) -> None:
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_label("Questions, one a line").fill("\n".join(questions))
    page.locator("#board").get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("heading", name=name).wait_for()


def cell(page: Page, row: int, column: int) -> Page:
    return page.locator(f"td[data-row='{row}'][data-column='{column}']")


def test_a_sheet_is_written_watched_read_judged_and_exported(visit: Open, office: tuple[str, Path]) -> None:
    address, folder = office
    page = visit(address)
    show_sheets(page)
    page.get_by_role("textbox", name="Name", exact=True).fill("1/2 of all")
    page.get_by_label("Questions, one a line").fill(NOTICE)
    page.locator("#board").get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("[data-problem]")).to_contain_text("neither / nor")
    ask(page, "Key terms (2026)", NOTICE, FEE, NOTICE)
    expect(page.locator(".grid tbody tr")).to_have_count(4)
    expect(cell(page, 3, 1)).to_contain_text("EUR 1,090")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("^All 8"))).to_be_visible()
    cell(page, 3, 1).click()
    expect(page.locator("#viewer mark").first).to_have_text("EUR 1,090")
    page.get_by_role("button", name="Wrong", exact=True).click()
    expect(page.get_by_role("button", name="Wrong", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(cell(page, 3, 1)).to_contain_text("wrong")
    assert '"down"' in (folder / "index" / "verdicts.jsonl").read_text()
    page.get_by_role("link", name="Open").click()
    expect(page.locator("#viewer .paper")).to_contain_text("Either party may end this agreement")
    page.go_back()
    expect(page.locator(".cell-pane")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(cell(page, 3, 1).locator("button")).to_be_focused()
    page.locator("#board summary", has_text="Export").click()
    for kind in ("Excel workbook", "CSV", "Web page", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("link", name=kind).click()
        assert download.value.suggested_filename.startswith("Key terms")
        assert Path(download.value.path()).stat().st_size > 500
    page.reload()
    expect(cell(page, 3, 1)).to_contain_text("EUR 1,090")


def test_cells_are_reached_by_arrows_and_judged_by_letters(visit: Open, office: tuple[str, Path]) -> None:
    page = visit(office[0])
    show_sheets(page)
    ask(page, "By keys", NOTICE, FEE)
    expect(cell(page, 3, 1).locator("button")).to_be_visible()
    cell(page, 0, 0).locator("button").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(cell(page, 1, 1).locator("button")).to_be_focused()
    page.keyboard.press("r")
    expect(cell(page, 1, 1)).to_contain_text("right")
    expect(cell(page, 1, 1).locator("button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".cell-pane")).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^Not said \d")).click()
    shown = page.locator(".grid tbody tr:visible")
    assert all("Not said" in words for words in shown.all_inner_texts())


def test_what_changed_is_marked_after_asking_again(visit: Open, office: tuple[str, Path]) -> None:
    address, folder = office
    page = visit(address)
    show_sheets(page)
    page.get_by_label("Collection").select_option("Services")
    expect(page.locator("[data-chosen-documents]")).to_have_text("All 2 documents of Services")
    page.locator("[data-chosen-documents]").click()
    expect(page.locator(".choose li:visible")).to_have_count(2)
    ask(page, "Services only", FEE)
    expect(page.locator("#board .meta")).to_contain_text("of Services")
    expect(page.locator(".grid tbody tr")).to_have_count(2)
    show_sheets(page)
    ask(page, "Changes", FEE)
    expect(cell(page, 3, 0).locator("button")).to_be_visible()
    write_contracts(folder / "contracts", fee="1,180")
    build([folder / "contracts"], folder / "index")
    page.reload()
    expect(page.locator(".told")).to_contain_text("The library has changed")
    page.get_by_role("button", name="Ask again").click()
    expect(cell(page, 3, 0)).to_contain_text("was EUR 1,090")
    page.get_by_role("button", name=re.compile("^Changed 1")).click()
    expect(page.locator(".grid tbody tr:visible")).to_have_count(1)
    cell(page, 3, 0).click()
    expect(page.locator(".before")).to_contain_text("Another answer than on")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove it?").click()
    expect(page.get_by_role("link", name="Changes")).to_have_count(0)


def test_on_a_phone_one_question_is_shown_and_closing_a_cell_leads_back(visit: Open, office: tuple[str, Path]) -> None:
    page = visit(office[0], width=390, height=844)
    show_sheets(page)
    ask(page, "On a phone", NOTICE, FEE)
    expect(cell(page, 3, 0).locator("button")).to_be_visible()
    expect(cell(page, 3, 1)).to_be_hidden()
    page.get_by_role("button", name="Next question").click()
    expect(page.locator(".one")).to_contain_text("Question 2 of 2")
    cell(page, 3, 1).locator("button").click()
    expect(page.locator("#board")).to_be_hidden()
    page.get_by_role("button", name="Close the cell").click()
    expect(cell(page, 3, 1)).to_be_visible()


def test_every_view_is_accessible_in_both_themes_at_every_width(visit: Open, office: tuple[str, Path]) -> None:
    page = visit(office[0])
    show_sheets(page)
    ask(page, "Axe", NOTICE, FEE)
    expect(cell(page, 3, 1).locator("button")).to_be_visible()
    assert_accessible(page)
    cell(page, 0, 0).locator("button").dispatch_event("click")
    expect(page.locator(".cell-pane")).to_be_visible()
    assert_accessible(page)
    show_sheets(page)
    assert_accessible(page)
