"""How long the page takes to show an answer, beyond the server's own time.

    python -m tests.benchmarks.service.page_delay

Serves ``seeds/`` with the shipped reader, asks in headless Chromium, and measures in the page: from pressing Enter to
the frame that shows the answer, minus the time that the server states for searching and reading. All questions are
asked in one conversation on a newly opened page. Also measured is what opening the page costs: bytes, requests, and the
time until a question can be typed.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from index import build
from tests.support.browser import CHROMIUM, FLAGS, serving
from tests.support.paths import SEEDS

QUESTIONS = [
    "What rocket was used?",
    "Where did it blast off from?",
    "How long will Kim stay on the station?",
    "Who is Putin's investment envoy?",
    "Who won the 2022 World Cup?",
    "When does Russia plan to launch the first modules of its own station?",
]
TIMED = """
() => new Promise((done) => {
  const log = document.getElementById("log"), before = log.childElementCount, began = performance.now();
  let drawn = 0;
  const watch = new MutationObserver(() => {
    const article = log.children[before];
    drawn += 1;
    if (!article || article.classList.contains("pending")) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      const said = article.querySelector(".why p").textContent;
      const [, total, unit] = /together ([\\d.]+) (ms|s)/.exec(said);
      done({ took: performance.now() - began, server: total * (unit === "s" ? 1000 : 1), updates: drawn });
    }));
  });
  watch.observe(log, { childList: true });
  const key = { key: "Enter", code: "Enter", keyCode: 13, bubbles: true, cancelable: true };
  document.querySelector("#question textarea").dispatchEvent(new KeyboardEvent("keypress", key));
})
"""
WEIGHT = """
() => [performance.getEntriesByType("navigation")[0], ...performance.getEntriesByType("resource")]
    .reduce(([sent, count], one) => [sent + one.transferSize, count + 1], [0, 0])
"""


def asked(page: Page, question: str) -> tuple[float, float, int]:
    """Milliseconds until the page shows the answer, the server's share of them, and how often the page changed."""
    page.locator("#question textarea").fill(question)
    timed = page.evaluate(TIMED)
    return timed["took"], timed["server"], timed["updates"]


def opened(browser: Browser, address: str) -> Page:
    """The page, newly opened in a browser context of its own."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(address)
    page.locator("#question textarea").wait_for()
    return page


def main() -> None:
    """Print the delays and the weight."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=3, help="pages that are opened, one after another")
    arguments = parser.parse_args()
    first, later, updates, ready = [], [], set(), []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build([SEEDS], Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        with serving(Path(folder)) as address:
            warm = opened(browser, address)
            warm.locator(".examples").wait_for(timeout=120_000)  # the models are loaded
            for _ in range(arguments.pages):
                page = opened(browser, address)
                ready.append(page.evaluate("performance.now()"))
                sent, requests = page.evaluate(WEIGHT)
                for question in QUESTIONS:
                    took, server, changes = asked(page, question)
                    (later if question != QUESTIONS[0] else first).append(took - server)
                    updates.add(changes)
                page.context.close()
        browser.close()
    delays = first + later
    print(f"answer on the page after the server's own time: median {statistics.median(delays):.0f} ms, ", end="")
    print(f"longest {max(delays):.0f} ms of {len(delays)}")
    print(f"the first question of each page: {', '.join(f'{delay:.0f}' for delay in first)} ms")
    print(f"changes of the conversation for an answer: {sorted(updates)}")
    print(f"opening: {sent / 1e6:.2f} MB in {requests} requests, typing after {statistics.median(ready):.0f} ms")


if __name__ == "__main__":
    main()
