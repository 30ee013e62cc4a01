"""Questions that depend on the one before."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support.browser import Open, ask

FIRST, SECOND = "What rocket carried Kim?", "How long will he stay on the station?"


def test_a_follow_up_is_understood_shown_and_can_be_edited(visit: Open, site: str) -> None:
    page = visit(site)
    ask(page, FIRST)
    ask(page, SECOND)
    turn = page.locator("#log article").last
    expect(turn.locator(".question")).to_have_text(SECOND)
    expect(turn.locator(".understood .whole")).to_have_text("How long will Kim stay on the station?")
    turn.get_by_role("button", name="Edit", exact=True).click()
    expect(page.locator("#question textarea")).to_have_value("How long will Kim stay on the station?")


def test_a_follow_up_can_be_asked_as_typed(visit: Open, site: str) -> None:
    page = visit(site)
    ask(page, FIRST)
    ask(page, SECOND)
    page.get_by_role("button", name="Ask as typed").click()
    expect(page.locator("#log article:not(.pending)")).to_have_count(3)
    expect(page.locator("#log article").last.locator(".understood")).to_have_count(0)


def test_a_new_topic_takes_nothing_from_the_old_one(visit: Open, site: str) -> None:
    page = visit(site)
    ask(page, FIRST)
    page.get_by_role("button", name="New topic").click()
    ask(page, SECOND)
    expect(page.locator("#log article")).to_have_count(2)
    expect(page.locator(".understood")).to_have_count(0)


def test_follow_ups_can_be_switched_off_and_stay_off(visit: Open, site: str) -> None:
    page = visit(site)
    page.get_by_label("Understand follow-ups").uncheck()
    ask(page, FIRST)
    page.reload()
    expect(page.get_by_label("Understand follow-ups")).not_to_be_checked()
    ask(page, SECOND)
    expect(page.locator(".understood")).to_have_count(0)
