"""Whether Milvus Lite answers as the folder does: ``python tests/benchmarks/store_agreement.py FILE [QUESTIONS]``.

The file is JSON lines as for index_recall.py. Every context becomes a document of an index in a folder, which is copied
into a Milvus Lite file without embedding again; each question is asked of both. Where both bring the same ten passages
in the same order, the reader reads the same, and by how much the first one's scores differ is told; where they do not,
it is run on both and the answers are compared.
"""

from __future__ import annotations

import datetime
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from index import Document, Hit, build_documents, copy
from qa import Answerer

Place = tuple[str, int]


def places(hits: Sequence[Hit]) -> list[Place]:
    return [(hit.document.path, hit.chunk.start) for hit in hits]


def main(file: str, most: int) -> None:
    lines = [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]
    titles = {line["context"]: line["title"] for line in lines}
    questions = list(dict.fromkeys(line["question"] for line in lines))[:most]
    made = (Document(f"{n}", title, text, "text/plain") for n, (text, title) in enumerate(titles.items()))
    same_first = same_ten = same_answer = read = 0
    apart = 0.0
    seconds = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as scratch:
        folder, lite = Path(scratch, "index"), str(Path(scratch, "index.db"))
        report = build_documents(made, folder)
        copied = copy(folder, lite)
        with Answerer.open(folder) as one, Answerer.open(lite) as other:
            for question in questions:
                found = []
                for turn, answerer in enumerate((one, other)):
                    began = time.perf_counter()
                    found.append(answerer.index.search(question))
                    seconds[turn] += time.perf_counter() - began
                ours, theirs = map(places, found)
                same_first += ours[0] == theirs[0]
                if ours == theirs:
                    apart = max(apart, abs(found[0][0].score - found[1][0].score))
                    same_ten += 1
                    same_answer += 1
                    continue
                read += 1
                answers = [answerer.answer(question) for answerer in (one, other)]
                same_answer += answers[0].text == answers[1].text
    total, today = len(questions), datetime.datetime.now(datetime.UTC)
    print(f"{today:%Y-%m-%d} {Path(file).name}: {total} questions, {report.chunks} passages")
    print(f"copied without embedding in {copied.seconds:.0f} s: {copied.chunks} passages, {copied.embedded} embedded")
    print(f"same first passage {same_first / total:.2%}, same ten in the same order {same_ten / total:.2%}")
    print(f"the first one's scores differ by at most {apart:.4f} where the ten are the same")
    print(f"same answer {same_answer / total:.2%} ({read} questions read on both)")
    print(f"a search took {seconds[1] / max(seconds[0], 1e-9):.1f} times as long in Milvus Lite as in the folder")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10**9)
