"""The library, in a real browser, over its own index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from index import build
from tests.support.browser import Open, ask, serving
from tests.support.waiting import wait_until

BERG = "Anna Berg approved the plan for the harbour in Hamburg. It costs 40 million euros."
LOW = "Peter Low approved the plan for the airport in Leeds. It costs 90 million pounds."


@dataclass(frozen=True)
class Shelf:
    address: str
    folder: Path


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "harbour.txt").write_text(f"date 2023-05-01 {BERG}")
    (folder / "airport.md").write_text(f"---\ndate: 2024-06-02\n---\n# Airport\n\n{LOW}")
    build([folder], tmp_path / "index")
    with serving(tmp_path / "index") as address:
        yield Shelf(address, folder)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path / "nothing") as address:
        yield address


def test_an_empty_library_invites_the_first_file_and_answers_from_it(empty: str, visit: Open, tmp_path: Path) -> None:
    page = visit(empty)
    expect(page.locator("#welcome")).to_contain_text("nothing to ask about yet")
    ask(page, "Who approved the plan?")
    expect(page.locator("#log .failed")).to_be_visible()
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_role("button", name="Add documents").click()
    _add(page, tmp_path, {"harbour.txt": BERG.encode()})
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#counts")).to_contain_text("1 document")
    ask(page, "Who approved the plan for the harbour?")
    expect(page.locator("#log article").last).to_contain_text("harbour")


def test_the_table_shows_type_passages_date_and_remarks(shelf: Shelf, visit: Open) -> None:
    page = _open(visit(shelf.address))
    row = page.locator("#library tbody tr", has_text="harbour.txt")
    expect(row).to_contain_text("Text")
    expect(row).to_contain_text("1 May 2023")
    row.locator("summary").click()
    expect(row).to_contain_text("characters")
    page.locator("[data-name]").fill("airport")
    expect(page.locator("#library tbody tr")).to_have_count(1)


def test_a_file_that_fails_does_not_stop_the_others(shelf: Shelf, visit: Open, tmp_path: Path) -> None:
    page = _open(visit(shelf.address))
    files = {"bad.pdf": b"%PDF-1.7 damaged", "run.exe": b"MZ", "good.txt": b"The mill was built in 1887 by Ada Lund."}
    _add(page, tmp_path, files)
    expect(page.locator("#progress")).to_contain_text("1 of 3 files added")
    expect(page.locator("#progress")).to_contain_text("damaged")
    expect(page.locator("#progress")).to_contain_text(".exe cannot be read")
    expect(page.locator("#library tbody tr")).to_have_count(3)
    expect(page.locator("#library .unreadable")).to_have_count(0)


def test_a_dropped_folder_is_added_without_its_hidden_files(shelf: Shelf, visit: Open, tmp_path: Path) -> None:
    page = visit(shelf.address)
    folder = tmp_path / "dropped"
    for name, words in (("mill", "The mill was built in 1887."), ("inn/old", "The inn has nine rooms."), (".git", "x")):
        (folder / name).mkdir(parents=True)
        (folder / name / "notes.txt").write_text(words)
    builds: list[str] = []
    page.on("request", lambda request: builds.append(request.url) if request.url.endswith("/build") else None)
    _drop(page, folder, onto="#welcome")  # anywhere on the page: the library opens
    expect(page.locator("#progress")).to_contain_text("2 of 2 files added")
    assert len(builds) == 1
    rows = page.locator("#library tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.filter(has_text="dropped - inn - old - notes.txt")).to_have_count(1)


def test_a_file_that_is_too_large_is_refused(shelf: Shelf, visit: Open, tmp_path: Path) -> None:
    page = _open(visit(shelf.address))
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(200 * 10**6)
    page.locator("[data-files][multiple]").set_input_files(large)
    expect(page.locator("#progress")).to_contain_text("0 of 1 file added")
    expect(page.locator("#progress")).to_contain_text("larger than 50 MB")
    expect(page.locator("#library tbody tr")).to_have_count(2)


def test_uploads_are_replaced_only_when_asked_and_removed_with_time_to_undo(
    shelf: Shelf, visit: Open, tmp_path: Path
) -> None:
    page = _open(visit(shelf.address))
    rows, progress = page.locator("#library tbody tr[data-id]"), page.locator("#progress")
    page.get_by_role("checkbox", name="Select Airport").check()
    expect(page.locator("[data-do=remove-selected]")).to_be_hidden()  # a file in a person's own folder is not removed
    page.get_by_role("button", name="Select none").click()
    _add(page, tmp_path, {"mill.txt": b"The mill was built in 1887 by Ada Lund."})
    expect(rows.filter(has_text="mill")).to_have_count(1)
    (tmp_path / "mill.txt").write_bytes(b"The mill was built in 1890 by Eva Lund.")
    page.locator("[data-files][multiple]").set_input_files(tmp_path / "mill.txt")
    expect(progress).to_contain_text("1 file of this name is here already: mill.txt")
    page.get_by_role("button", name="Keep both").click()
    expect(progress).to_contain_text("1 of 1 file added")
    expect(rows.filter(has_text="mill (2).txt")).to_have_count(1)
    (tmp_path / "mill.txt").write_bytes(b"The mill was built in 1891 by Eva Lund.")
    page.locator("[data-files][multiple]").set_input_files(tmp_path / "mill.txt")
    page.get_by_role("button", name="Replace").click()
    expect(progress).to_contain_text("1 of 1 file added · 1 replaced")
    expect(rows.filter(has_text="mill.txt")).to_contain_text("replaced")
    page.get_by_role("checkbox", name="Select all 4").check()
    expect(page.locator("strong[data-selected]")).to_have_text("4 selected")
    page.locator("[data-do=remove-selected]").click()
    expect(page.locator("#library tbody tr.undo")).to_contain_text("2 documents removed")
    expect(rows.filter(visible=True)).to_have_count(2)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows.filter(visible=True)).to_have_count(4)
    rows.filter(has_text="mill (2).txt").get_by_role("checkbox").check()
    page.locator("[data-do=remove-selected]").click()
    page.reload()  # the time to undo ends with the page
    page.locator("#question textarea").wait_for()
    listed = f"{shelf.address}/v1/documents"
    wait_until(lambda: page.request.get(listed).json()["total"] == 3, "the removal")
    expect(_open(page).locator("#library tbody tr")).to_have_count(3)


def test_a_rebuild_shows_its_plan_first_and_answers_go_on(shelf: Shelf, visit: Open) -> None:
    page = _open(visit(shelf.address))
    page.get_by_role("button", name="Check for changes").click()
    expect(page.locator("#progress")).to_contain_text("Everything is up to date")
    (shelf.folder / "mill.txt").write_text("The mill was built in 1887 by Ada Lund. " * 400)
    (shelf.folder / "harbour.txt").unlink()
    page.get_by_role("button", name="Check for changes").click()
    expect(page.locator("#progress")).to_contain_text("Added: 1")
    expect(page.locator("#progress")).to_contain_text("mill.txt")
    expect(page.locator("#progress")).to_contain_text("Deleted: 1")
    page.get_by_role("button", name="Rebuild now").click()
    expect(page.locator("#progress")).to_contain_text("Done: 2 documents")
    expect(page.locator("#library tbody")).to_contain_text("mill.txt")


def test_a_rebuild_can_be_cancelled_and_the_old_answers_stay(shelf: Shelf, visit: Open) -> None:
    page = _open(visit(shelf.address))
    for number in range(300):
        (shelf.folder / f"{number}.txt").write_text(f"Report {number}. " + "The mill was built by Ada Lund. " * 300)
    page.get_by_role("button", name="Check for changes").click()
    page.get_by_role("button", name="Rebuild now").click()
    expect(page.locator("#progress progress")).to_be_visible()
    expect(page.locator("#progress")).to_contain_text(re.compile(r"of 30\d documents .* passages a second .* left"))
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#progress")).to_contain_text("stopped")
    page.get_by_role("button", name="Close").click()
    ask(page, "Who approved the plan for the harbour?")
    expect(page.locator("#log article").last).to_contain_text("Berg")


def test_an_old_answer_says_that_its_document_has_changed(shelf: Shelf, visit: Open) -> None:
    page = visit(shelf.address)
    ask(page, "Who approved the plan for the harbour?")
    (shelf.folder / "harbour.txt").write_text(
        "date 2023-05-01 Other words stand here now, and more of them than before."
    )
    _open(page).get_by_role("button", name="Check for changes").click()
    page.get_by_role("button", name="Rebuild now").click()
    expect(page.locator("#progress")).to_contain_text("Done")
    page.get_by_role("button", name="Close").click()
    page.locator("#log .chip", has_text="harbour").first.click()
    expect(page.locator("#viewer")).to_contain_text(re.compile("has changed|may have been removed"))
    expect(page.locator("#viewer mark")).to_have_count(0)


def test_answers_are_limited_to_what_is_selected_listed_or_collected(shelf: Shelf, visit: Open) -> None:
    (shelf.folder / "deep").mkdir()
    (shelf.folder / "deep" / "mill.txt").write_text("Ada Lund approved the plan for the mill in Bergen.")
    page = _open(visit(shelf.address))
    page.get_by_role("button", name="Check for changes").click()
    page.get_by_role("button", name="Rebuild now").click()
    expect(page.locator("#library tbody tr")).to_have_count(3)
    _only(page, "airport.md").check()
    expect(page.locator("#chosen .filter")).to_have_count(0)  # selecting narrows no answer
    page.get_by_role("button", name="Ask this one").click()
    chosen = page.locator("#chosen .filter")
    expect(chosen).to_have_text(["airport.md"])
    _ask_who(page, "Peter Low", of=["Low"])
    page.reload()
    page.locator("#question textarea").wait_for()
    expect(chosen).to_have_text(["airport.md"])
    ask(page, "How much does the harbour in Hamburg cost?")
    refused = page.locator("#log .refused").last
    expect(refused).to_contain_text("I can’t find that in the documents you have chosen")
    refused.get_by_role("button", name="Ask all documents").click()
    expect(page.locator("#chosen")).to_be_hidden()
    _open(page).locator("[name=before]").fill("2023-12-31")
    expect(page.locator(".facts")).to_contain_text("1 without a date left out")
    expect(page.locator("#library tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Ask this one").click()
    expect(page.locator("#chosen")).to_contain_text("until 2023-12-31")
    expect(page.locator("#chosen")).to_contain_text("1 without a date left out")
    _ask_who(page, "Berg", of=["Berg"])
    page.locator("#chosen").get_by_role("button", name="All documents").click()
    _open(page).get_by_role("button", name="Show all").click()
    page.locator("[data-folder='0/deep']").click()
    expect(page.locator("#library tbody tr")).to_have_count(1)
    page.locator("[data-collection='']").click()
    expect(page.locator("#library tbody tr")).to_have_count(3)
    _only(page, "mill.txt").check()
    _only(page, "harbour.txt").check()
    page.get_by_label("Collection").fill("Old plans")
    page.keyboard.press("Enter")
    expect(page.locator("#progress")).to_contain_text("2 documents added to Old plans")
    page.locator("[data-collection='Old plans']").click()
    expect(page.locator("#library tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Ask these 2").click()
    expect(chosen).to_have_text(["Old plans"])
    _ask_who(page, "Berg|Lund", of=["Berg", "Lund"])


def test_a_card_shows_a_document_in_its_own_words_and_leads_into_it(shelf: Shelf, visit: Open) -> None:
    page = _open(visit(shelf.address))
    title = page.get_by_role("button", name="Airport", exact=True)
    title.click()
    card = page.locator(".doc-card")
    expect(card.locator("h3")).to_be_focused()
    expect(card).to_contain_text("Dated in the text 2 June 2024")
    expect(card).to_contain_text("Peter Low approved the plan for the airport in Leeds.")
    expect(card).to_contain_text("90 million pounds")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(title).to_be_focused()
    title.click()
    card.get_by_role("link", name="90 million pounds", exact=True).click()
    expect(page.locator("#viewer mark").first).to_contain_text("90 million pounds")


def _only(page: Page, name: str) -> Locator:
    return page.locator("#library tbody tr", has_text=name).get_by_role("checkbox")


def _ask_who(page: Page, answer: str, *, of: list[str]) -> None:
    """Ask a question that every document answers; only ``of`` may be quoted."""
    ask(page, "Who approved the plan?")
    turn = page.locator("#log article").last
    expect(turn.locator("mark").first).to_have_text(re.compile(answer))
    for other in {"Berg", "Low", "Lund"} - set(of):
        expect(turn).not_to_contain_text(re.compile(rf"\b{other}\b"))


def _open(page: Page) -> Page:
    page.get_by_role("button", name="Library").click()
    page.locator("#library table").wait_for()
    return page


def _drop(page: Page, folder: Path, *, onto: str) -> None:
    """Drag a real folder in, which only the browser's protocol can do."""
    box = page.locator(onto).bounding_box()
    assert box
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 10}
    dragged = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **where, "data": dragged})


def _add(page: Page, folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    page.locator("[data-files][multiple]").set_input_files([folder / name for name in files])
    expect(page.locator("#progress")).to_contain_text("added")
