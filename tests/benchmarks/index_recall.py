"""Whether search finds the right paragraph: ``index_recall [--rerank] FILE... --ask FILE...``.

    python -m tests.benchmarks.index_recall squad.train.jsonl --ask squad.valid.jsonl

The files are JSON lines with ``context``, ``title``, ``question`` and ``is_impossible`` (as SQuAD flattened). Every
context of all files becomes a document; the answerable questions of the files after ``--ask`` are asked. Printed is how
often the question's own paragraph is among the first 1, 3, 5, 10 and 20 documents: by vectors alone, by words alone,
by their plain sum, and as searched; with ``--rerank`` also as the reader ranks them again, and how long either takes.
"""

from __future__ import annotations

import datetime
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from index import Document, Hit, build_documents
from index.ranking.fusion import fuse
from qa import Answerer

DEPTHS = (1, 3, 5, 10, 20)
READ = 20  # passages that are ranked again; the others follow as they were found


def lines(files: Iterable[str]) -> Iterator[dict[str, str]]:
    for file in files:
        with Path(file).open(encoding="utf-8") as stream:
            yield from map(json.loads, stream)


def rank(document_ids: Iterable[int], wanted: int) -> int:
    """The rank of the wanted document among the distinct ones, from 1; 10**9 when it is not there."""
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


def main(arguments: list[str]) -> None:
    again = "--rerank" in arguments
    arguments = [argument for argument in arguments if argument != "--rerank"]
    split = arguments.index("--ask")
    titles = {line["context"]: line["title"] for line in lines([*arguments[:split], *arguments[split + 1 :]])}
    made = (Document(f"{n}", title, text, "text/plain") for n, (text, title) in enumerate(titles.items()))
    ranks: dict[str, list[int]] = {}
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        report = build_documents(made, Path(folder))
        with Answerer.open(Path(folder)) as opened:
            ids = {opened.index.text(record.id): record.id for record in opened.index.documents()}
            for line in lines(arguments[split + 1 :]):
                if line["is_impossible"]:
                    continue
                orders = ways(opened.search(line["question"], 200))
                for way in ("search", "reranked") if again else ():
                    began = time.perf_counter()
                    hits = opened.search(line["question"], READ, rerank=way == "reranked")
                    seconds.setdefault(way, []).append(time.perf_counter() - began)
                    orders[way] = [hit.document.id for hit in hits] + orders["search"]
                for way, found in orders.items():
                    ranks.setdefault(way, []).append(rank(found, ids[line["context"]]))
    print(f"{datetime.date.today()}: {report.documents:,} documents, {report.chunks:,} passages")
    print(f"{len(ranks['search']):,} questions; right document among the first " + ", ".join(map(str, DEPTHS)))
    for way, found_at in ranks.items():
        print(f"  {way:10}", *(f"{100 * sum(rank <= k for rank in found_at) / len(found_at):6.1f}" for k in DEPTHS))
    for way, taken in seconds.items():
        print(f"  {way}, {READ} passages: p50 {1e3 * statistics.median(taken):,.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
