"""Asking, in a real browser, over the real models."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect

from qa import Answer, Answerer
from tests.support.browser import Open, ask, serving
from ui.service.question_queue import QuestionQueue, QueueFullError

PICTURES = Path(__file__).parents[3] / "ui" / "pictures"
ANSWERED = [
    ("What rocket was used?", "Soyuz 2.1a"),
    ("Where did it blast off from?", "Baikonur"),
    ("How long will Kim stay on the station?", "eight-month"),
    ("Who is planning a mission to Mars?", "Elon Musk"),
    ("When does Russia plan to launch the first modules of its own station?", "2027"),
]
JOIN, STREAM = "/gradio_api/queue/join", "/gradio_api/queue/data"
CHANGES = """
() => {
  const changes = [];
  new MutationObserver(() => changes.push(1)).observe(document.getElementById("log"), { childList: true });
  return changes;
}
"""
REFUSED = ["Who won the 2022 World Cup?", "What is the capital of Australia?", "How much did the launch cost?"]


def test_each_answer_is_highlighted_in_its_sentence_with_its_source(visit: Open, site: str) -> None:
    page = visit(site)
    for question, quote in ANSWERED:
        ask(page, question)
        turn = page.locator("#log article").last
        expect(turn.locator(".said mark")).to_contain_text(quote)
        assert len(turn.locator(".said").inner_text()) > len(quote) + 20
        expect(turn.locator(".card").first.locator("mark")).to_contain_text(quote)
        expect(turn.locator(".card").first).to_contain_text("8 April 2025")


def test_what_the_documents_do_not_say_is_refused_with_the_nearest_passages(visit: Open, site: str) -> None:
    page = visit(site)
    for question in REFUSED:
        ask(page, question)
        turn = page.locator("#log article").last
        expect(turn).to_contain_text("I can’t find that in the documents")
        assert turn.locator(".nearest li").count() >= 1
        assert turn.locator("mark:not(.guess mark)").count() == 0


def test_the_page_says_how_much_is_indexed_and_offers_questions_that_are_answered(visit: Open, site: str) -> None:
    page = visit(site)
    expect(page.locator("#counts")).to_contain_text("1 document")
    example = page.locator(".examples button").first
    example.click()
    expect(page.locator("#log article.found mark").first).to_be_visible()
    expect(page.locator("#welcome")).to_be_hidden()


def test_a_question_that_cannot_be_asked_gets_a_clear_message_and_is_not_lost(visit: Open, site: str) -> None:
    page = visit(site)
    for question, message in (("   ", "empty"), ("?!", "empty"), ("why " * 2500, "shorten"), ("\x00\x1b", "empty")):
        ask(page, question)
        expect(page.locator("#log article.failed").last).to_contain_text(message)
        expect(page.locator("#question textarea")).to_have_value(question)


def test_an_answer_costs_one_request_and_at_most_three_changes_of_the_page(visit: Open, site: str) -> None:
    """``tests/benchmarks/service/page_delay.py`` measures the delay; this bounds what causes it on every machine."""
    page = visit(site)
    page.locator(".examples button").first.wait_for()  # the start page is complete, and sends no more requests
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    changes = page.evaluate_handle(CHANGES)
    for number, question in enumerate(("What rocket was used?", "Where did it blast off from?"), start=1):
        ask(page, question)
        assert [path for path in asked if path.startswith("/gradio_api/")] == [JOIN, STREAM] * number
        assert number <= changes.evaluate("changes => changes.length") <= 3 * number


def test_the_picture_of_the_readme_is_of_the_real_page(
    visit: Open, site: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """``pytest tests/ui/browser/test_chat.py --pictures`` replaces the picture."""
    page = visit(site, width=1280, height=800)
    ask(page, "How long will Kim stay on the station?")
    page.locator("#log .chip").first.click()
    expect(page.locator("#viewer .paper")).to_be_visible()
    page.locator("#viewer h2").blur()
    picture = (PICTURES if pytestconfig.getoption("--pictures") else tmp_path) / "chat.png"
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = taken.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)
    assert picture.stat().st_size < 150_000
    assert (PICTURES / "chat.png").stat().st_size < 150_000


def held_up(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Block answers from now on, until the event is set."""
    answer, go = Answerer.answer, threading.Event()

    def slow(answerer: Answerer, question: str, **narrowed: object) -> Answer:
        assert go.wait(60)
        return answer(answerer, question, **narrowed)

    monkeypatch.setattr(Answerer, "answer", slow)
    return go


@pytest.mark.parametrize("moment", ["at once", "when the server has begun"])
def test_stopping_gives_the_question_up_and_the_next_one_is_answered(
    visit: Open, seed_index: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    with serving(seed_index) as address:
        page = visit(address)
        go = held_up(monkeypatch)
        page.locator("#question textarea").fill("What rocket was used?")
        if moment == "at once":
            page.locator("#stop").wait_for(state="attached")
            page.evaluate("() => ['ask', 'stop'].forEach((id) => document.getElementById(id).click())")
        else:
            page.keyboard.press("Enter")
            page.locator("#log article.pending:not([data-turn=asking])").wait_for()
            page.get_by_role("button", name="Stop").click()
        expect(page.locator("#log article")).to_contain_text("Stopped")
        expect(page.locator("#question textarea")).to_have_value("What rocket was used?")
        expect(page.get_by_role("button", name="Ask")).to_be_visible()
        go.set()
        ask(page, "Who won the 2022 World Cup?")
        expect(page.locator("#log article").last).to_contain_text("can’t find")
        page.reload()
        expect(page.locator("#log article")).to_have_count(2)
        expect(page.locator("#log article").first).to_contain_text("Stopped")


def test_a_question_typed_while_another_waits_stays_in_the_box_until_it_can_be_asked(
    visit: Open, seed_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(seed_index) as address:
        page = visit(address)
        go = held_up(monkeypatch)
        box = page.locator("#question textarea")
        box.fill("What rocket was used?")
        page.keyboard.press("Enter")
        page.locator("#log article.pending:not([data-turn=asking])").wait_for()
        box.fill(ANSWERED[0][0])
        page.keyboard.press("Enter")
        expect(page.locator("#notice")).to_contain_text("Wait for the answer")
        expect(box).to_have_value(ANSWERED[0][0])
        go.set()
        page.locator("body:not(.waiting)").wait_for()
        page.keyboard.press("Enter")
        expect(page.locator("#log .found mark").last).to_contain_text(ANSWERED[0][1])
        expect(page.locator("#log article")).to_have_count(2)
        expect(box).to_have_value("")
        page.context.close()


def test_a_lost_server_is_reported_and_the_question_kept(
    visit: Open, seed_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(seed_index) as address:
        page = visit(address, broken=True)
        go = held_up(monkeypatch)
        page.locator("#question textarea").fill(ANSWERED[0][0])
        page.keyboard.press("Enter")
        expect(page.locator("#log .pending")).to_contain_text("Looking it up")
        expect(page.locator("#question textarea")).to_have_value("")
        threading.Timer(3, go.set).start()
    expect(page.locator("#log .failed [role=alert]")).to_contain_text("The connection to the server was lost")
    expect(page.locator("#question textarea")).to_have_value(ANSWERED[0][0])
    monkeypatch.undo()
    with serving(seed_index, port=int(address.rpartition(":")[2])):
        page.reload()
        expect(page.locator("#question textarea")).to_have_value(ANSWERED[0][0])
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#log .found mark").first).to_contain_text(ANSWERED[0][1])


def test_a_server_that_is_busy_says_so_and_the_question_is_kept(
    visit: Open, seed_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise QueueFullError("64 questions are waiting already: try again in a moment")

    with serving(seed_index) as address:
        page = visit(address)
        with monkeypatch.context() as patch:
            patch.setattr(QuestionQueue, "_admit", full)
            ask(page, ANSWERED[0][0])
        expect(page.locator("#log .failed").last).to_contain_text("64 questions are waiting already")
        expect(page.locator("#question textarea")).to_have_value(ANSWERED[0][0])
        # Before the question queue comes Gradio's own queue, which rejects questions when it is full.
        page.route("**/queue/join*", lambda route: route.fulfill(status=503, json={"detail": "Queue is full."}))
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#log .failed").last).to_contain_text("The server is busy")
        expect(page.locator("#question textarea")).to_have_value(ANSWERED[0][0])
        page.unroute("**/queue/join*")
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("#log .found mark").first).to_contain_text(ANSWERED[0][1])
        page.context.close()
