"""This reader, Haystack's extractive reader and txtai's Questions, with the same weights on the same passages.

The other two need an environment of their own:

    python3.11 -m venv /tmp/others
    /tmp/others/bin/pip install torch==2.13.0 haystack-ai transformers-haystack txtai

and then, with a file of SQuAD-shaped questions:

    python -m tests.benchmarks.readers squad.valid.jsonl --others /tmp/others/bin/python

The int8 weights of ``qa/model`` are converted to fp32 and written as an ordinary transformers folder, which the other
two load with their default settings. Each system runs in a process of its own. Every question is put to one system
after the other, with its own paragraph and no option to refuse, so that other load on the machine affects all. This
reader is asked a second time in fp32, as the others read: on a processor without bf16 it would be no quicker than that.
Printed are EM and F1 of the best answers, questions per second and processor time of the median question, peak memory
of the process, and how often it raised; last, the medians over all questions of the ratios of their times.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
OURS, OURS_FP32 = "quoth", "quoth fp32"  # the second one tells how much of a ratio is the processor's bf16
SYSTEMS = (OURS, OURS_FP32, "haystack", "txtai")
Ask = Callable[[str, str], str]  # question and paragraph in, the best answer out


def quoth(folder: Path) -> Ask:
    """The reader of this project, as shipped."""
    from qa.reader.reader import Reader

    return _asking(Reader.load(folder))


def quoth_fp32(folder: Path) -> Ask:
    """The same reader in fp32, as on a processor without bf16 and as the other two."""
    import torch

    from qa.reader.reader import Reader
    from qa.reader.weights import load_model
    from qa.reader.windows import Featurizer

    return _asking(Reader(load_model(folder, torch.float32), Featurizer.load(folder)))


def _asking(reader: Any) -> Ask:
    from qa.reader.windows import Passage

    return lambda question, context: next((span.text for span in reader.read(question, [Passage(context)])), "")


def haystack(folder: Path) -> Ask:
    """Haystack's TransformersExtractiveReader."""
    from haystack import Document
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    reader = TransformersExtractiveReader(model=str(folder), no_answer=False, token=None)
    reader.warm_up()

    def ask(question: str, context: str) -> str:
        answers = reader.run(query=question, documents=[Document(content=context)])["answers"]
        return answers[0].data or "" if answers else ""

    return ask


def txtai(folder: Path) -> Ask:
    """txtai's Questions pipeline."""
    from txtai.pipeline import Questions

    pipeline = Questions(str(folder), gpu=False)
    return lambda question, context: pipeline([question], [context])[0] or ""


def serve(system: str, folder: Path) -> None:
    """Answer the questions on standard input, one per line; each system's process runs this."""
    ask: Ask = {OURS: quoth, OURS_FP32: quoth_fp32, "haystack": haystack, "txtai": txtai}[system](folder)
    out, sys.stdout = sys.stdout, sys.stderr  # keeps the output of libraries apart from the answers
    for line in sys.stdin:
        question, context = json.loads(line)
        began, worked, raised = time.perf_counter(), time.process_time(), ""
        try:
            said = ask(question, context)
        except Exception as error:  # noqa: BLE001 - what a system raises is counted
            said, raised = "", f"{type(error).__name__}: {error}"
        taken = {"seconds": time.perf_counter() - began, "processor": time.process_time() - worked}
        out.write(json.dumps({"text": said, "raised": raised, "memory": peak_memory(), **taken}) + "\n")
        out.flush()


def peak_memory() -> int:
    """The peak resident memory of this process in bytes; ``getrusage`` would include the parent's.

    This module imports nothing of this project at its head, because the other environment runs it too.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def plain_folder(model: Path, out: Path) -> None:
    """Write the reader's weights as an ordinary transformers folder."""
    import torch
    from transformers import PreTrainedTokenizerFast

    from qa.reader.weights import load_model

    load_model(model, torch.float32).save_pretrained(out)
    special = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(model / "tokenizer.json"), mask_token="<mask>", **special)
    tokenizer.model_max_length = 384
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    tokenizer.save_pretrained(out)


class System:
    """One system in its process."""

    def __init__(self, name: str, python: str, folder: Path, threads: int) -> None:
        variables = {"HAYSTACK_TELEMETRY_ENABLED": "False", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(threads)}
        if name in (OURS, OURS_FP32):
            variables["PYTHONPATH"] = str(ROOT)
        self.name = name
        self.process = subprocess.Popen(
            [python, __file__, "--serve", name, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables, cwd="/",
        )  # fmt: skip

    def ask(self, question: str, context: str) -> dict[str, Any]:
        """The answer to one question, its time, and what was raised."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps([question, context]) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


def table(said: dict[str, list[dict[str, Any]]], golds: list[tuple[str, ...]]) -> Iterator[str]:
    """The lines to print."""
    from qa.evaluation.metrics import exact_match, f1

    yield f"{'':12}{'EM':>8}{'F1':>8}{'questions/s':>14}{'CPU ms':>9}{'peak MiB':>11}{'raised':>9}"
    for name, answers in said.items():
        pairs = [(answer["text"], gold) for answer, gold in zip(answers, golds, strict=True)]
        exact, overlap = (100 * statistics.mean(measure(*pair) for pair in pairs) for measure in (exact_match, f1))
        seconds, processor = (statistics.median(one[kind] for one in answers) for kind in ("seconds", "processor"))
        memory, raised = answers[-1]["memory"] / 2**20, sum(bool(answer["raised"]) for answer in answers)
        yield f"{name:12}{exact:8.1f}{overlap:8.1f}{1 / seconds:14.2f}{1e3 * processor:9.0f}{memory:11,.0f}{raised:9}"
    for name in SYSTEMS[1:]:
        wall, worked = (_ratio(said[name], said[OURS], kind) for kind in ("seconds", "processor"))
        yield f"{name} over quoth: {wall:.2f} times the time, {worked:.2f} times the processor time"


def _ratio(slower: list[dict[str, Any]], quicker: list[dict[str, Any]], kind: str) -> float:
    return statistics.median(one[kind] / other[kind] for one, other in zip(slower, quicker, strict=True))


def main() -> None:
    """Start the systems, ask each in turn, and print the table."""
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2], Path(sys.argv[3]))
        return
    from qa.evaluation.questions import read_gold
    from qa.settings import ReaderSettings

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("questions", type=Path, help="SQuAD-shaped questions with their paragraphs")
    parser.add_argument("--others", required=True, help="the Python of the environment that holds the others")
    parser.add_argument("--sample", type=int, default=120)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="threads of each system")
    parser.add_argument("--reader", type=Path, default=ReaderSettings().reader)
    arguments = parser.parse_args()
    answerable = [question for question in read_gold(arguments.questions) if question.answers]
    chosen = random.Random(17).sample(answerable, min(arguments.sample, len(answerable)))
    with tempfile.TemporaryDirectory() as name:
        plain_folder(arguments.reader, Path(name))
        homes = dict.fromkeys((OURS, OURS_FP32), (sys.executable, arguments.reader.resolve()))
        systems = [System(one, *homes.get(one, (arguments.others, Path(name))), arguments.threads) for one in SYSTEMS]
        said: dict[str, list[dict[str, Any]]] = {one: [] for one in SYSTEMS}
        for number, question in enumerate([chosen[0], *chosen]):
            for system in systems:
                answer = system.ask(question.question, question.context or "")
                said[system.name] += [answer] if number else []  # the first question is a warm-up
        for system in systems:
            system.process.communicate()
    print(f"{len(chosen)} questions of {arguments.questions.name}, one at a time, {arguments.threads} threads")
    print("\n".join(table(said, [one.answers for one in chosen])))


if __name__ == "__main__":
    main()
