"""The source beside the conversation, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from index import DocumentIndex, build
from tests.support.browser import Open, ask, serving
from tests.support.samples.files import pdf_file

QUESTION = "How long will Kim stay on the station?"
SECTIONS = [
    ("The station", "The station circles the Earth sixteen times a day. " * 8),
    ("The flight", "The capsule landed near Zhezkazgan in the steppe of Kazakhstan. Nobody was hurt."),
]


@pytest.fixture(scope="module")
def pdf_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("printed")
    (folder / "flight.pdf").write_bytes(pdf_file(SECTIONS))
    (folder / "notes.md").write_text("# Notes\n\nThe crew slept well.\n\n## Food\n\nThey ate soup.\n")
    location = tmp_path_factory.mktemp("printed-index")
    build([folder], location)
    return location


@pytest.fixture(scope="module")
def pdf_site(pdf_index: Path) -> Iterator[str]:
    with serving(pdf_index) as address:
        yield address


def test_a_chip_opens_the_document_at_the_passage_and_escape_goes_back(visit: Open, site: str) -> None:
    page = visit(site)
    ask(page, QUESTION)
    page.locator("#log .found .chip").first.click()
    mark = page.locator("#viewer mark")
    expect(mark).to_be_in_viewport()
    expect(mark).to_have_text(page.locator("#log .said mark").inner_text())
    expect(page.locator("#viewer .sentence").first).to_contain_text("orbital outpost")
    expect(page.locator("#log .said")).to_be_visible()  # both are visible
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()


def test_on_a_phone_the_viewer_covers_the_conversation_until_closed(visit: Open, site: str) -> None:
    page = visit(site, width=390, height=844)
    ask(page, QUESTION)
    page.locator("#log .found .chip").first.click()
    expect(page.locator("#viewer mark")).to_be_in_viewport()
    expect(page.locator("#log")).to_be_hidden()
    page.get_by_role("button", name="Close the source").click()
    expect(page.locator("#log .said")).to_be_visible()


def test_a_copied_link_opens_at_the_quote_in_another_browser(visit: Open, site: str) -> None:
    page = visit(site)
    ask(page, QUESTION)
    page.locator("#log .found").get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(site)
    other = visit(site, path=link.removeprefix(site))
    expect(other.locator("#viewer mark")).to_be_in_viewport()


def test_citations_are_stepped_through(visit: Open, site: str) -> None:
    page = visit(site)
    ask(page, QUESTION)
    ask(page, "Who won the 2022 World Cup?")
    page.locator("#log .found .chip").first.click()
    before, after = (page.get_by_role("button", name=f"{way} citation") for way in ("Previous", "Next"))
    expect(before).to_be_disabled()
    first = page.url
    after.click()
    page.wait_for_url(lambda url: url != first)
    before.click()
    expect(before).to_be_disabled()
    assert page.url == first
    page.keyboard.press("j")
    expect(before).to_be_enabled()
    assert page.url != first
    page.keyboard.press("k")
    expect(before).to_be_disabled()
    assert page.url == first


def test_words_are_found_in_the_whole_document(visit: Open, site: str) -> None:
    page = visit(site)
    ask(page, QUESTION)
    page.locator("#log .found .chip").first.click()
    page.locator("[data-find]").fill("Elon Musk")
    expect(page.locator("[data-found]")).to_have_text("1 of 1")
    expect(page.locator("#viewer .paper").get_by_text("billionaire entrepreneur")).to_be_in_viewport()
    page.locator("[data-find]").fill("submarine")
    expect(page.locator("[data-found]")).to_have_text("none")


def test_a_pdf_is_read_page_by_page(visit: Open, pdf_site: str, pdf_index: Path) -> None:
    with DocumentIndex.open(pdf_index) as opened:
        flight = next(record for record in opened.documents() if record.path == "flight.pdf")
        start = opened.text(flight.id).index("Zhezkazgan")
    page = visit(pdf_site, path=f"/#source/{flight.id}/{start}-{start + 10}")
    box = page.locator("#viewer .box.quote")
    expect(box).to_be_in_viewport()
    word = page.locator("#viewer .text-layer").get_by_text("Zhezkazgan")
    printed, marked = word.bounding_box(), box.bounding_box()
    assert printed and marked and abs(printed["x"] - marked["x"]) < 3 and abs(printed["y"] - marked["y"]) < 3
    expect(page.locator("[data-page-number]")).to_have_value("2")
    expect(page.locator("[data-page-of]")).to_have_text("of 2")
    expect(page.get_by_role("button", name="Page after")).to_be_disabled()

    word.dblclick()
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()").strip() == "Zhezkazgan"

    page.get_by_role("button", name="Larger").click()
    expect(page.get_by_role("button", name="Fit width")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Fit width").click()

    page.locator(".desk").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-page-number]")).to_have_value("1")
    expect(page.locator("#viewer .text-layer")).to_contain_text("circles the Earth")
    expect(box).to_have_count(0)

    page.locator("[data-find]").fill("nobody  WAS hurt")
    expect(page.locator("[data-found]")).to_have_text("1 of 1")
    expect(page.locator("#viewer .box.hit")).to_be_in_viewport()
    expect(page.locator("[data-page-number]")).to_have_value("2")

    page.get_by_role("button", name="Contents").click()
    page.locator("#contents").get_by_role("button", name="The station").click()
    expect(page.locator("[data-page-number]")).to_have_value("1")
    assert not [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]

    with page.context.expect_page() as other, page.expect_download() as saved:
        page.get_by_role("link", name="Original file").click()
    assert saved.value.suggested_filename == "flight.pdf" and other.value

    page.get_by_role("button", name="Text").click()
    expect(page.locator("#viewer mark")).to_have_text("Zhezkazgan")
    expect(page.locator("#viewer mark")).to_be_in_viewport()


def test_a_markdown_file_keeps_its_headings(visit: Open, pdf_site: str, pdf_index: Path) -> None:
    with DocumentIndex.open(pdf_index) as opened:
        notes = next(record for record in opened.documents() if record.path == "notes.md")
    page = visit(pdf_site, path=f"/#source/{notes.id}/0-0")
    expect(page.locator("#viewer .paper").get_by_role("heading")).to_have_count(2)


def test_a_removed_document_is_reported_as_missing(visit: Open, site: str) -> None:
    page = visit(site, path="/#source/99/1-2")
    expect(page.locator("#viewer")).to_contain_text("there is no document 99")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#viewer")).to_be_hidden()
