"""The time of a sheet's cell over that of the same question, filtered to the same document.

    python -m tests.benchmarks.service.sheets --documents 20

A kept sheet with a row for each document is asked. The time inside ``Answerer.answer`` is that of the filtered
questions; the time of the whole, with beginning the sheet and writing every answer to the disk, is that of the cells.
Both are of one run in one process, so other load on the machine affects both.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from index import Filters, build, load
from qa import Answer, Answerer, SheetFolder, begin_sheet, fill_sheet
from tests.benchmarks.measuring import print_machine, timed
from tests.support.paths import SEEDS

QUESTIONS = (
    "What rocket was used?",
    "How long will Kim stay on the station?",
    "When does Russia plan to launch the first modules of its own station?",
    "Who won the 2022 World Cup?",
)


def write_documents(folder: Path, number: int) -> None:
    """Documents of the same words in another order."""
    folder.mkdir()
    text = load(next(SEEDS.glob("*.txt")), SEEDS).text
    sentences = text.split(". ")
    for turn in range(number):
        at = turn * len(sentences) // number
        (folder / f"{turn:03}.txt").write_text(". ".join([f"Report {turn}", *sentences[at:], *sentences[:at]]))


def main() -> None:
    """Print the two times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20)
    documents = parser.parse_args().documents
    print_machine()
    with tempfile.TemporaryDirectory() as base:
        folder, location = Path(base, "documents"), Path(base, "index")
        write_documents(folder, documents)
        build([folder], location)
        with Answerer.open(location) as answerer, SheetFolder(location).opened("all") as opened:
            answerer.answer(QUESTIONS[0])  # loads the models
            asking: list[float] = []

            def ask(question: str, *, filters: Filters | None, should_continue: Callable[[], bool]) -> Answer:
                began = time.perf_counter()
                answer = answerer.answer(question, filters=filters, should_continue=should_continue)
                asking.append(time.perf_counter() - began)
                return answer

            def whole() -> None:
                begin_sheet(opened, answerer.index, "all", QUESTIONS, (), each=True)
                fill_sheet(opened, answerer.index, ask)

            seconds, cells = timed(whole), len(asking)
            size = (location / "sheets" / "all.sheet").stat().st_size
            print(f"{cells} cells, {size / cells:,.0f} bytes each")
            print(f"a filtered question {1e3 * sum(asking) / cells:.0f} ms, a cell {1e3 * seconds / cells:.0f} ms")
            print(f"ratio {seconds / sum(asking):.3f}")


if __name__ == "__main__":
    main()
