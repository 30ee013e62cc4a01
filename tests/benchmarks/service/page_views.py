"""Every view of the page at four widths in both themes: axe, what is wider than the page, and pictures.

    python -m tests.benchmarks.service.page_views
    python -m tests.benchmarks.service.page_views FOLDER QUESTION... --out PICTURES

Serves ``seeds/`` or the given folder with the shipped reader, opens each view in headless Chromium, and prints what axe
finds serious and what does not fit. The first question should have an answer, the last none. A picture of each view is
written to PICTURES.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from index import build
from tests.support.browser import CHROMIUM, FLAGS, TIMEOUT, ask, serving
from tests.support.paths import SEEDS

SIZES = {1440: 900, 1024: 768, 390: 844, 320: 640}
THEMES = ("light", "dark")
QUESTIONS = ["What rocket was used?", "How long will Kim stay on the station?", "Who won the 2022 World Cup?"]
WIDER = """
    () => [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility()
        && one.getBoundingClientRect().right > innerWidth + 1 && !one.closest("dialog:not([open]), .unseen")
        && ![...function* () { for (let up = one.parentElement; up; up = up.parentElement) yield up }()]
            .some((up) => getComputedStyle(up).overflowX !== "visible"))
      .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))
"""


def main() -> None:
    """Serve a folder, and look at each view."""
    parser = argparse.ArgumentParser(description="Looks at every view of the page.")
    parser.add_argument("folder", nargs="?", type=Path, default=SEEDS)
    parser.add_argument("questions", nargs="*", default=QUESTIONS)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="names of views")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        index = Path(scratch, "index")
        build([given.folder], index)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        looked, found = 0, 0
        with serving(index) as full, serving(Path(scratch, "nothing")) as empty:
            for name, view in VIEWS.items():
                if given.only and name not in given.only:
                    continue
                with _opened(browser, empty if name.startswith("empty") else full) as page:
                    view(page, given.questions)
                    for problem in _look(page, name, given.out):
                        print(problem, flush=True)
                        found += 1
                looked += 1
        print(f"{looked} views, {len(SIZES)} widths, {len(THEMES)} themes: {found} problems")


@contextmanager
def _opened(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    page.goto(address)
    page.locator("#question textarea").wait_for()
    yield page
    context.close()


def _look(page: Page, name: str, out: Path | None) -> Iterator[str]:
    """What is wrong with a view at each width in each theme."""
    for (width, height), theme in product(SIZES.items(), THEMES):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        where = f"{name}, {width}, {theme}"
        for finding in Axe().run(page).response["violations"]:
            if finding["impact"] in ("serious", "critical"):
                yield f"{where}: {finding['id']}: {[node['html'][:120] for node in finding['nodes'][:3]]}"
        if page.evaluate("document.documentElement.scrollWidth") > width:
            yield f"{where}: wider than the page"
        for element in page.evaluate(WIDER):
            yield f"{where}: cut off: {element}"
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=out / f"{name}-{width}-{theme}.png")


def _welcome(page: Page, questions: list[str]) -> None:
    page.locator("#welcome h2").wait_for()


def _answers(page: Page, questions: list[str]) -> None:
    for question in questions:
        ask(page, question)


def _details(page: Page, questions: list[str]) -> None:
    ask(page, questions[0])
    for summary in page.locator("#log summary").all():
        summary.click()


def _refusal(page: Page, questions: list[str]) -> None:
    ask(page, questions[-1])


def _source(page: Page, questions: list[str]) -> None:
    ask(page, questions[0])
    page.locator("#log .chip").first.click()
    page.locator("#viewer :is(.paper, .leaf)").first.wait_for()


def _contents(page: Page, questions: list[str]) -> None:
    _source(page, questions)
    if page.locator("[data-do=contents]").count():
        page.locator("[data-do=contents]").click()
        page.locator("#contents :is([data-at], p)").first.wait_for()


def _text(page: Page, questions: list[str]) -> None:
    _source(page, questions)
    if page.locator("[data-do=as-text]").count():
        page.locator("[data-do=as-text]").first.click()
        page.locator("#viewer .paper").wait_for()


def _library(page: Page, questions: list[str]) -> None:
    page.get_by_role("button", name="Library").click()
    page.locator("#library :is(table, .nothing)").first.wait_for()


def _card(page: Page, questions: list[str]) -> None:
    _library(page, questions)
    page.locator("#library tbody [type=checkbox]").first.check()
    page.locator("[data-do=card]").first.click()
    page.locator(".doc-card footer").wait_for()


def _sheet_form(page: Page, questions: list[str]) -> None:
    page.get_by_role("link", name="Sheets", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).wait_for()


def _sheet(page: Page, questions: list[str], name: str = "Key facts") -> None:
    _sheet_form(page, questions)
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_label("Questions, one a line").fill("\n".join(questions))
    page.locator("#board").get_by_role("button", name="Ask", exact=True).click()
    page.locator("#board .does .main", has_text="Ask again").wait_for()


def _cell(page: Page, questions: list[str]) -> None:
    _sheet(page, questions, "Key facts, with a cell")
    page.locator("[data-do=cell]").first.click()
    page.locator(".cell-pane").wait_for()


def _notebook(page: Page, questions: list[str]) -> None:
    _answers(page, questions)
    for keep in page.locator("#log [data-do=keep]").all():
        keep.click()
    page.locator(".tools [data-do=notebook]").click()
    page.locator("[data-notebook]").wait_for()


def _empty_notebook(page: Page, questions: list[str]) -> None:
    page.locator(".tools [data-do=notebook]").click()
    page.locator("[data-notebook]").wait_for()


def _check(page: Page, questions: list[str]) -> None:
    page.get_by_role("link", name="Check yourself").click()
    for question in questions:
        page.get_by_label("Question", exact=True).fill(question)
        page.get_by_label("Right answer").fill("something else" if question != questions[-1] else "")
        page.keyboard.press("Enter")
        page.locator(".own-list", has_text=question).wait_for(state="attached")
    page.locator("#check .main", has_text="Ask").first.click()
    page.locator("#check h2", has_text="right").wait_for()


def _check_form(page: Page, questions: list[str]) -> None:
    page.get_by_role("link", name="Check yourself").click()
    page.get_by_label("Question", exact=True).wait_for()


def _conversations(page: Page, questions: list[str]) -> None:
    _answers(page, questions[:1])
    if not page.locator("#conversations").is_visible():
        page.get_by_role("button", name="Conversations").click()
    page.locator("#conversations li").first.wait_for()


def _keys(page: Page, questions: list[str]) -> None:
    page.locator(".brand a").focus()
    page.keyboard.press("?")
    page.locator("#keys").wait_for()


VIEWS: dict[str, Callable[[Page, list[str]], None]] = {
    "welcome": _welcome,
    "answers": _answers,
    "details": _details,
    "refusal": _refusal,
    "source": _source,
    "contents": _contents,
    "text": _text,
    "library": _library,
    "card": _card,
    "sheet-form": _sheet_form,
    "sheet": _sheet,
    "cell": _cell,
    "notebook": _notebook,
    "check-form": _check_form,
    "check": _check,
    "conversations": _conversations,
    "keys": _keys,
    "empty": _welcome,
    "empty-library": _library,
    "empty-sheets": lambda page, _: page.get_by_role("link", name="Sheets", exact=True).click(),
    "empty-notebook": _empty_notebook,
}

if __name__ == "__main__":
    main()
