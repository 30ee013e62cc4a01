"""Whether search finds the right paragraph.

    python -m tests.benchmarks.index_recall squad.train.jsonl --ask squad.valid.jsonl

Every paragraph of all question files becomes a document; the answerable questions of the files after ``--ask`` are
asked. Printed is how often the question's own paragraph is among the first 1, 3, 5, 10 and 20 documents: by vectors
alone, by words alone, by their plain sum, and as searched. With ``--rerank`` also as the reader ranks the first 20
passages again, and how long both searches take.
"""

from __future__ import annotations

import argparse
import datetime
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from index import Hit, build_documents
from index.ranking.fusion import fuse
from qa import Answerer, paragraph_documents, read_gold

DEPTHS = (1, 3, 5, 10, 20)
READ = 20  # passages that are ranked again; the others follow in the order of the search


def rank(document_ids: Iterable[int], wanted: int) -> int:
    """The rank of the wanted document among the distinct ones, from 1; 10**9 if it is missing."""
    return {found: rank for rank, found in enumerate(dict.fromkeys(document_ids), 1)}.get(wanted, 10**9)


def ways(hits: list[Hit]) -> dict[str, list[int]]:
    """The documents of the hits in the order of each way to rank them."""
    of = {hit.chunk.id: hit.document.id for hit in hits}
    dense = {hit.chunk.id: hit.dense_score for hit in hits if hit.dense_score is not None}
    keyword = {hit.chunk.id: hit.keyword_score for hit in hits if hit.keyword_score is not None}
    return {
        "vectors": [of[i] for i in sorted(dense, key=dense.__getitem__, reverse=True)],
        "words": [of[i] for i in sorted(keyword, key=keyword.__getitem__, reverse=True)],
        "0.6 + 0.4": [of[i] for i, _ in fuse(dense, keyword, 0.6)],
        "search": [hit.document.id for hit in hits],
    }


def main() -> None:
    """Build the index, ask, and print a row for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", help="question files, of which only the paragraphs are used")
    parser.add_argument("--ask", type=Path, nargs="+", required=True, help="question files that are also asked")
    parser.add_argument("--rerank", action="store_true", help="also rank by the reader")
    arguments = parser.parse_args()
    asked = [gold for path in arguments.ask for gold in read_gold(path)]
    carried = [gold for path in arguments.files for gold in read_gold(path)]
    ranks: dict[str, list[int]] = {}
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        report = build_documents(paragraph_documents([*carried, *asked]), Path(folder))
        with Answerer.open(Path(folder)) as opened:
            ids = {opened.index.text(record.id): record.id for record in opened.index.documents()}
            for gold in asked:
                if not gold.answers:
                    continue
                orders = ways(opened.search(gold.question, 200))
                for way in ("search", "reranked") if arguments.rerank else ():
                    began = time.perf_counter()
                    hits = opened.search(gold.question, READ, rerank=way == "reranked")
                    seconds.setdefault(way, []).append(time.perf_counter() - began)
                    orders[way] = [hit.document.id for hit in hits] + orders["search"]
                for way, found in orders.items():
                    ranks.setdefault(way, []).append(rank(found, ids[gold.context or ""]))
    print(f"{datetime.date.today()}: {report.documents:,} documents, {report.chunks:,} passages")
    print(f"{len(ranks['search']):,} questions; right document among the first " + ", ".join(map(str, DEPTHS)))
    for way, found_at in ranks.items():
        print(f"  {way:10}", *(f"{100 * sum(rank <= k for rank in found_at) / len(found_at):6.1f}" for k in DEPTHS))
    for way, taken in seconds.items():
        print(f"  {way}, {READ} passages: p50 {1e3 * statistics.median(taken):,.1f} ms")


if __name__ == "__main__":
    main()
