"""The time of an answer over HTTP, beside that of the bare forward pass over the same passages.

    python -m tests.benchmarks.service.answer_time squad.valid.jsonl docs.valid.jsonl --sample 100

The paragraphs of the files become an index that a service on this machine serves. Each question is sent to
``/v1/answer``; then the model alone reads the ten passages that search finds for it, in this process, on as many cores.
Printed are the median and the 95th percentile of answers and of refusals, and the median of the ratio to the forward
pass.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from index import DocumentIndex, build_documents
from index.torch_runtime import length_batches, pad
from qa.evaluation.questions import GoldQuestion, paragraph_documents, read_gold
from qa.reader.reader import BATCH_TOKENS
from qa.reader.windows import Passage
from qa.settings import MODEL
from tests.benchmarks.measuring import print_machine, timed
from tests.benchmarks.reading import PASSAGES, Benchmark
from tests.benchmarks.service.load import serving

WARM_UP = 3  # questions before the first that counts


def ask(url: str, question: str) -> tuple[bool, float]:
    """Whether the answer was found, and the milliseconds that it took."""
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"{url}/v1/answer", body, {"Content-Type": "application/json"})
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=600) as response:
        answer = json.load(response)
    return answer["found"], 1e3 * (time.perf_counter() - began)


def forward_pass(model: Benchmark, opened: DocumentIndex, question: str) -> float:
    """The milliseconds in which the model alone reads the passages found for a question."""
    passages = [Passage(hit.chunk.text, hit.document.title) for hit in opened.search(question, PASSAGES)]
    rows = [window.input_ids for window in model.featurizer.windows(question, passages)]
    cut = length_batches(list(map(len, rows)), BATCH_TOKENS)
    batches = [pad([rows[k] for k in batch], model.featurizer.padding) for batch in cut]
    return 1e3 * timed(lambda: model.bare(batches))


def measure(url: str, index: Path, questions: Sequence[GoldQuestion]) -> None:
    """Ask, read, and print both."""
    model = Benchmark(MODEL)
    taken: list[tuple[bool, float, float]] = []
    with DocumentIndex.open(index) as opened:
        for one in questions:
            found, answered = ask(url, one.question)
            taken.append((found, answered, forward_pass(model, opened, one.question)))
    del taken[:WARM_UP]
    for name, kind in (("answers", (True,)), ("refusals", (False,)), ("both", (True, False))):
        times = [answered for found, answered, _ in taken if found in kind]
        ratios = [answered / bare for found, answered, bare in taken if found in kind]
        if len(times) > 1:
            p95 = statistics.quantiles(times, n=20)[-1]
            print(
                f"{name:9}{len(times):5}  p50 {statistics.median(times):6.0f} ms  p95 {p95:6.0f} ms  "
                f"over the forward pass {statistics.median(ratios):.2f}"
            )
    print(f"forward pass over {PASSAGES} passages: p50 {statistics.median(bare for _, _, bare in taken):.0f} ms")


def main() -> None:
    """Index, serve and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="questions that carry their paragraphs")
    parser.add_argument("--sample", type=int, default=100, help="how many questions are asked")
    chosen = parser.parse_args()
    gold = list(chain.from_iterable(read_gold(file) for file in chosen.files))
    asked = random.Random(17).sample(gold, min(len(gold), chosen.sample + WARM_UP))
    print_machine()
    with tempfile.TemporaryDirectory() as place:
        index = Path(place, "index")
        report = build_documents(paragraph_documents(gold), index)
        print(f"{report.chunks:,} passages, {len(asked) - WARM_UP} questions, {os.cpu_count()} cores", flush=True)
        with serving(index) as (url, _):
            measure(url, index, asked)


if __name__ == "__main__":
    main()
