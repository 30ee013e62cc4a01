"""Looking things up in a long table: ``python -m tests.benchmarks.sizes.table_lookup [--rows N] [--keep FOLDER]``.

A CSV of articles (code, name, supplier, price, stock, date) is indexed in a process of its own, and rows of it, spread
over the table, are asked for by their code and by their name. Printed are the rows and passages, the seconds and the
peak memory of indexing, the share of the questions whose row is in the first and in the first three passages found, and
the median time of a search. ``--keep`` leaves the CSV in a folder, to be given to ``before_and_after``.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from index import DocumentIndex, build
from tests.benchmarks.measuring import in_new_process, peak_megabytes, print_machine

ASKED = 200  # rows
MADE_OF = ("Brass", "Copper", "Steel", "Nylon", "Oak", "Birch", "Slate", "Cork", "Linen", "Glass")
KINDS = ("bolt", "bracket", "clamp", "dowel", "flange", "gasket", "handle", "hinge", "hook", "knob", "latch", "lever")
KINDS += ("nozzle", "pulley", "rivet", "roller", "screw", "seal", "spacer", "valve")
FORMS = ("short", "long", "curved", "ribbed", "hollow", "tapered", "slotted", "threaded", "coated", "folding")
SUPPLIERS = ("Aster Works", "Birk and Sons", "Calder Supply", "Dorn Metal", "Elm Trading")


def rows(count: int) -> list[tuple[str, str, str, str, str, str]]:
    """Articles with a code and a name of their own."""
    sizes = range(1, count // (len(MADE_OF) * len(KINDS) * len(FORMS)) + 2)
    names = (f"{made} {kind}, {form}, {size} mm" for size, made, kind, form in product(sizes, MADE_OF, KINDS, FORMS))
    return [
        (
            f"{name[0]}{number % 17:02}-{number:06}",
            name,
            SUPPLIERS[number % len(SUPPLIERS)],
            f"{number * 37 % 9973 / 100:.2f}",
            str(number * 11 % 487),
            f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}",
        )
        for number, name in zip(range(count), names, strict=False)
    ]


def write(folder: Path, count: int) -> None:
    """Write the table."""
    lines = ["code;name;supplier;price in EUR;stock;counted on", *(";".join(row) for row in rows(count))]
    (folder / "articles.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def indexed(folder: Path, location: Path) -> str:
    """Index the table; what it took as text."""
    began = time.perf_counter()
    report = build([folder], location)
    assert not report.failures, report.failures
    return f"{report.chunks:,} passages in {time.perf_counter() - began:.0f} s, peak memory {peak_megabytes():.0f} MB"


def found(location: Path, questions: Sequence[tuple[str, str]]) -> str:
    """How often the passages found first hold the code that is meant."""
    places, seconds = [], []
    with DocumentIndex.open(location) as opened:
        for question, code in questions:
            began = time.perf_counter()
            hits = opened.search(question, 3)
            seconds.append(time.perf_counter() - began)
            places.append(next((place for place, hit in enumerate(hits, 1) if code in hit.chunk.text), 0))
    first, three = (sum(0 < place <= most for place in places) / len(places) for most in (1, 3))
    return f"first {first:.1%}, first three {three:.1%}, search {1000 * statistics.median(seconds):.0f} ms"


def main() -> None:
    """Print what indexing took and how often each kind of question finds its row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="only write the table into this folder")
    arguments = parser.parse_args()
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        write(arguments.keep, arguments.rows)
        return
    print_machine()
    with tempfile.TemporaryDirectory() as place:
        folder, location = Path(place, "articles"), Path(place, "index")
        folder.mkdir()
        write(folder, arguments.rows)
        print(f"{arguments.rows:,} rows:", in_new_process(indexed, folder, location), flush=True)
        chosen = rows(arguments.rows)[:: max(1, arguments.rows // ASKED)][:ASKED]
        print("by code:", found(location, [(f"What does {row[0]} cost?", row[0]) for row in chosen]))
        print("by name:", found(location, [(f"price of {row[1]}", row[0]) for row in chosen]))


if __name__ == "__main__":
    main()
