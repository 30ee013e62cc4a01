"""Large but ordinary files under the limits of parsing: ``python -m tests.benchmarks.sizes.large_files``.

A PDF of 300 pages, a CSV of 30 MB and a folder of 10,000 small files are indexed, each into a new index in a process of
its own, with the default limits. Vectors are hashes of words, so that only reading, cutting and storing are measured.
Printed are the seconds by the clock and of the processor (this process and its parsers), its peak memory, the documents
and the passages. Fails if a file is not read or is cut short, or if the last sentence is not found.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from index import DocumentIndex, build
from tests.benchmarks.measuring import in_new_process, peak_megabytes, print_machine
from tests.support.hash_embedder import HashEmbedder
from tests.support.samples.corpus import real_sentences
from tests.support.samples.files import pdf_pages

PAGES, LINES, CSV_BYTES, FILES, FILES_IN_FOLDER = 300, 45, 30_000_000, 10_000, 500
LAST = "The last lantern of the quay is violet."


def write_pdf(folder: Path) -> None:
    """Pages of text, as a report has them."""
    words = _plain_words()
    lines = [f"{n} {' '.join(words[n * 12 % 9000 :][:12])}"[:90] for n in range(PAGES * LINES)]
    pages = [[(11, line) for line in lines[start : start + LINES]] for start in range(0, len(lines), LINES)]
    pages[-1].append((11, LAST))
    (folder / "report.pdf").write_bytes(pdf_pages(pages))


def write_csv(folder: Path) -> None:
    """A table of eight columns."""
    words = _plain_words()
    with (folder / "calls.csv").open("w", encoding="utf-8") as file:
        file.write("number,date,town,first,second,count,price,remark\n")
        row = 0
        while file.tell() < CSV_BYTES:
            for _ in range(1000):
                row += 1
                a, b, c, d = words[row * 7 % 9000 :][:4]
                date = f"2024-{row % 12 + 1:02}-{row % 28 + 1:02}"
                file.write(f"{row},{date},{a},{b},{c},{row % 97},{row % 89}.50,{d} {a} {b}\n")
        file.write(f"{row + 1},2025-01-01,quay,violet,lantern,1,1.50,{LAST}\n")


def write_files(folder: Path) -> None:
    """Notes in folders."""
    words = _plain_words()
    for number in range(FILES):
        place = folder / f"{number // FILES_IN_FOLDER:02}"
        place.mkdir(exist_ok=True)
        body = " ".join(words[number * 5 % 9000 :][:60])
        (place / f"note{number:05}.txt").write_text(f"Note {number}.\n\n{body}.\n" + LAST * (number == FILES - 1))


def index_of(write: Callable[[Path], None]) -> str:
    """Index what is written; what it took as text."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "docs")
        folder.mkdir()
        write(folder)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        began, before = time.perf_counter(), _processor_seconds()
        report = build([folder], Path(parent, "index"), embedder=HashEmbedder())
        waited, taken = time.perf_counter() - began, _processor_seconds() - before
        assert not report.failures, report.failures[:3]
        with DocumentIndex.open(Path(parent, "index"), embedder=HashEmbedder()) as opened:
            warnings = {warning for record in opened.documents() for warning in record.warnings}
            found = any(LAST in hit.chunk.text for hit in opened.search(LAST, 5))
    assert found and not warnings, warnings
    return (
        f"{size / 1e6:6.1f} MB, {report.documents:6,} documents, {report.chunks:7,} passages: "
        f"{waited:6.1f} s, processor {taken:6.1f} s, peak {peak_megabytes():5.0f} MB"
    )


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _plain_words() -> list[str]:
    """10,000 words of ASCII letters."""
    words = [word for sentence in real_sentences() for word in sentence.split() if word.isascii() and word.isalpha()]
    return (words * (10_000 // len(words) + 1))[:10_000]


if __name__ == "__main__":
    print_machine()
    for write in (write_csv, write_files, write_pdf):
        print(f"{write.__name__[6:]:6}", in_new_process(index_of, write), flush=True)
