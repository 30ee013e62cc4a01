"""Verifying quotes in a large index: ``python -m tests.benchmarks.sizes.quotes [PASSAGES] [--index FOLDER]``.

Documents of real sentences, each with a number of its own, are indexed with hashes of words as vectors, which quotes do
not use. Ten quotes are checked after a first one: five stand there (one over two passages), five have one word changed.
Printed are the milliseconds for all ten, by the clock and of the processor, in the best of five rounds; and of one.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from index import Document, DocumentIndex, build_documents
from qa import check_quote
from tests.benchmarks.measuring import print_machine, timed
from tests.support.hash_embedder import HashEmbedder
from tests.support.samples.corpus import real_sentences

PASSAGES, PER_DOCUMENT, SENTENCES, ROUNDS = 100_000, 10, 5, 5


def texts(passages: int) -> Iterator[str]:
    """Texts of ten paragraphs, each of which becomes a passage."""
    dice, sentences = random.Random(7), real_sentences()
    for number in range(passages // PER_DOCUMENT):
        yield "\n\n".join(
            f"Entry {number}-{part}. " + " ".join(dice.choices(sentences, k=SENTENCES)) for part in range(PER_DOCUMENT)
        )


def write(passages: int, place: Path) -> None:
    """Index the texts."""
    documents = (
        Document(f"{number}.txt", f"Document {number}", text, "text/plain", sha256=f"{number:064x}")
        for number, text in enumerate(texts(passages))
    )
    build_documents(documents, place, embedder=HashEmbedder())


def sampled_quotes(opened: DocumentIndex) -> list[tuple[str, bool]]:
    """Ten quotes, and whether they stand in the index."""
    dice = random.Random(11)
    records = dice.sample(opened.documents(), 10)
    made: list[tuple[str, bool]] = []
    for number, record in enumerate(records):
        text = opened.text(record.id)
        chunk = opened.chunks(record.id)[3]
        start = chunk.start + (0 if number != 4 else len(chunk.text) - 60)  # the fifth goes on in the next passage
        words = text[start : start + 200].split()[:-1]  # the last may be cut
        if number >= 5:
            words[len(words) // 2] = "umbrella"
        made.append((" ".join(words), number < 5))
    return made


def measure(place: Path) -> None:
    """Print what ten quotes take."""
    with DocumentIndex.open(place) as opened:
        status, asked = opened.status(), sampled_quotes(opened)
        for quote, stands in asked:
            check = check_quote(opened, quote)
            assert check.verbatim is stands and bool(check.nearest) is not stands, (quote, check)
        rounds = [[(timed(lambda q=quote: check_quote(opened, q))) for quote, _ in asked] for _ in range(ROUNDS)]
        taken = min(timed(lambda: [check_quote(opened, q) for q, _ in asked], time.process_time) for _ in range(ROUNDS))
        best = min(rounds, key=sum)
        print(
            f"{status.chunks:,} passages: ten quotes in {1e3 * sum(best):.0f} ms, processor {1e3 * taken:.0f} ms; "
            f"the longest {1e3 * max(best):.0f} ms"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("passages", type=int, nargs="?", default=PASSAGES)
    parser.add_argument("--index", type=Path, help="an index that an earlier run left here, or the place to leave it")
    given = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        place = given.index or Path(folder, "index")
        if not place.exists():
            write(given.passages, place)
        measure(place)
