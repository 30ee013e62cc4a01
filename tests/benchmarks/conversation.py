"""What people mean: which part of the conversation data is set apart, and how well that part is understood.

    python -m tests.benchmarks.conversation kinds utterances.jsonl *.valid.jsonl
    python -m tests.benchmarks.conversation follow-ups dialogues.jsonl
    python -m tests.benchmarks.conversation pairs pairs.jsonl
    python -m tests.benchmarks.conversation typos *.valid.jsonl

Half of the records of each file are set apart for measuring; nothing is fitted to them or chosen by them. The rule
depends on the text alone, so that it stays the same when records are added or reordered. ``--fitted`` measures the
other half. ``--sample N`` takes N questions of each valid set, or N dialogues.

Printed are: the share of utterances whose kind is right, questions taken for small talk, and the share of keyword
questions taken for a subject or a summary; the share of later turns that are answered right or rightly refused, as
they stand and asked in full, and how many times as long they take; precision and recall of "contradicts"; and the share
of right answers that stay when letters of the question change.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import Document, Embedder
from qa import Answerer, Conversation, Turn, answerer_over
from qa.answering.relation import Statement, contradicts
from qa.conversation.kinds import Kind, kind_classifier
from qa.evaluation.metrics import f1, normalise

TYPOS = 200  # questions
RIGHT = 0.6  # F1 with the gold answer
_ASKS = re.compile(
    r"\?|^\W*(?:who|whom|whose|where|when|why|how|what|which|is|are|was|were|do|does|did|can|could|may|must|should|will"
    r"|would|has|have|had|in|on|at|for|by|to|from|under|according)\b",
    re.IGNORECASE,
)


def is_set_apart(text: str) -> bool:
    """Whether the record that this text identifies is kept for measuring: every second one, by a hash."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def key(record: dict[str, Any]) -> str:
    """The text that identifies a record: the utterance, the question of a pair, or the questions of a dialogue."""
    if "turns" in record:
        return " | ".join(turn["q"] for turn in record["turns"])
    return str(record.get("utterance") or record["question"])


def lines(path: Path) -> list[dict[str, Any]]:
    """The records of a file of JSON lines; a text in them may hold U+2028."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def records(path: Path, *, set_apart: bool) -> list[dict[str, Any]]:
    """The records of a file of JSON lines that are set apart, or the others, which may be fitted to."""
    return [record for record in lines(path) if is_set_apart(key(record)) == set_apart]


def sampled(rows: list[Any], sample: int | None) -> list[Any]:
    """So many of the rows, always the same ones; all of them without a number."""
    return rows if sample is None or sample >= len(rows) else random.Random(1).sample(rows, sample)


def is_keyword_style(question: str) -> bool:
    """Whether a question is put in keywords: "help desk hours"."""
    return _ASKS.search(question) is None


def kinds(utterances: Path, valid: Sequence[Path], sample: int | None, *, set_apart: bool) -> None:
    """Print how many utterances are recognised, and how many questions of the valid sets are mistaken."""
    embedder, classifier = Embedder(), kind_classifier()
    rows = records(utterances, set_apart=set_apart)
    texts = [row["utterance"] for row in rows]
    told = classifier.kinds(embedder.encode(texts), texts)
    right = sum(kind == row["kind"] for kind, row in zip(told, rows, strict=True))
    print(f"kinds: {right / len(rows):.1%} of {len(rows)} utterances")
    wrong = Counter((row["kind"], kind.value) for kind, row in zip(told, rows, strict=True) if kind != row["kind"])
    print("  " + ", ".join(f"{gold} taken for {kind}: {count}" for (gold, kind), count in wrong.most_common()))
    talk, asked = 0, 0
    for path in valid:
        questions = sampled(sorted({row["question"] for row in lines(path)}), sample)
        found = classifier.kinds(embedder.encode(questions), questions)
        talk, asked = talk + found.count(Kind.COURTESY), asked + len(questions)
        keywords = [kind for kind, question in zip(found, questions, strict=True) if is_keyword_style(question)]
        lost = sum(kind in (Kind.HITS, Kind.SUMMARY) for kind in keywords)
        share = f"{lost / max(len(keywords), 1):.1%} of {len(keywords)} keyword questions"
        print(f"  {path.stem}: {share} taken for a subject or a summary; {Counter(map(str, found))}")
    print(f"small talk: {talk} of {asked} questions")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a later turn of a dialogue."""

    right: bool  # answered right, or refused where the documents do not say
    in_full: bool  # the same of the full question that a careful person would have asked
    rewritten: bool  # it depends on earlier turns
    seconds: float  # that the reply took
    plain_seconds: float  # that the answer to the full question took


def follow_ups(dialogues: Path, sample: int | None, *, set_apart: bool) -> None:
    """Print the share of later turns that are answered right, or refused where the documents do not say."""
    rows = sampled(records(dialogues, set_apart=set_apart), sample)
    passages = {passage["id"]: passage for row in rows for passage in row["passages"]}
    with tempfile.TemporaryDirectory() as folder:
        documents = (Document(f"{i}.txt", p["title"], p["context"], "text/plain") for i, p in passages.items())
        answerer = answerer_over(documents, Path(folder, "index"))
        answerer.answer(rows[0]["turns"][0]["q"])  # so that no turn waits for the models
        outcomes = [outcome for row in rows for outcome in _dialogue(answerer, row)]
    parts = {
        "rewritten": [outcome for outcome in outcomes if outcome.rewritten],
        "standing alone": [outcome for outcome in outcomes if not outcome.rewritten],
        "all": outcomes,
    }
    for name, part in parts.items():
        right, in_full = (sum(values) for values in zip(*((one.right, one.in_full) for one in part), strict=True))
        longer = sum(one.seconds for one in part) / sum(one.plain_seconds for one in part)
        print(
            f"follow-ups, {name}: {right / len(part):.1%} of {len(part)}; asked in full {in_full / len(part):.1%}; "
            f"{longer:.2f} times as long as in full"
        )


def _dialogue(answerer: Answerer, row: dict[str, Any]) -> Iterable[Outcome]:
    """What became of each later turn."""
    conversation, turns = Conversation(answerer), list[Turn]()
    for number, turn in enumerate(row["turns"]):
        began = time.perf_counter()
        reply = conversation.reply(turn["q"], turns)
        seconds = time.perf_counter() - began
        said = reply.answer.text if reply.answer else reply.text
        right = is_right(said, turn["a"]) if turn["a"] else reply.kind == "refusal"
        if number:
            began = time.perf_counter()
            plain = answerer.answer(turn["understood"])
            plain_seconds = time.perf_counter() - began
            in_full = is_right(plain.text, turn["a"]) if turn["a"] else not plain.found
            yield Outcome(right, in_full, turn["understood"] != turn["q"], seconds, plain_seconds)
            if not right:
                print(f"  {turns[-1].question} | {turn['q']} => {reply.understood} | {said[:60]} | {turn['a'][:60]}")
        turns.append(Turn(turn["q"], reply.understood, said if reply.kind == "answer" else ""))


def is_right(said: str, gold: str) -> bool:
    """Whether an answer is the gold one, contains it, is a part of it, or shares most words with it."""
    mine, theirs = normalise(said), normalise(gold)
    return bool(mine) and (mine in theirs or theirs in mine or f1(said, [gold]) >= RIGHT)


def pairs(path: Path, *, set_apart: bool) -> None:
    """Print the precision and recall of "contradicts" over pairs of answers."""
    rows = records(path, set_apart=set_apart)
    told = Counter(
        row["relation"]
        for row in rows
        if contradicts(row["question"], Statement(**row["one"]), Statement(**row["other"]))
    )
    conflicts = sum(row["relation"] == "conflict" for row in rows)
    right = told["conflict"]
    print(f"contradicts: precision {right / max(told.total(), 1):.2f} ({told}), recall {right} of {conflicts}")
    both = right + told["newer"]
    print(f"  with pairs that a newer version explains: precision {both / max(told.total(), 1):.2f}")


def typos(valid: Sequence[Path], questions: int) -> None:
    """Print how many right answers stay right when one or two letters of the question change."""
    rng = random.Random(3)
    rows = sampled([row for path in valid for row in lines(path) if row["answers"]], questions)
    contexts = {row["context"]: row["title"] for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        documents = (
            Document(f"{n}.txt", title, text, "text/plain") for n, (text, title) in enumerate(contexts.items())
        )
        answerer = answerer_over(documents, Path(folder, "index"))
        right = [row for row in rows if _is_answered(answerer, row["question"], row)]
        stay = sum(_is_answered(answerer, misspelt(row["question"], rng), row) for row in right)
    print(
        f"typos: {stay} of {len(right)} right answers stay ({stay / max(len(right), 1):.1%}) of {len(rows)} questions"
    )


def _is_answered(answerer: Answerer, question: str, row: dict[str, Any]) -> bool:
    said = answerer.answer(question).text
    return any(is_right(said, answer["text"]) for answer in row["answers"])


def misspelt(question: str, rng: random.Random) -> str:
    """The question with one or two letters of its longer words left out, doubled, swapped or replaced."""
    for _ in range(rng.choice((1, 2))):
        places = [found.span() for found in re.finditer(r"[^\W\d_]{4,}", question)]
        if not places:
            return question
        start, end = rng.choice(places)
        at = rng.randrange(start + 1, end - 1)
        letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
        changed = rng.choice(("", question[at] * 2, question[at + 1] + question[at], letter))
        question = (
            question[:at] + changed + question[at + (2 if len(changed) == 2 and changed[0] != changed[1] else 1) :]
        )
    return question


def main() -> None:
    """Measure one thing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kinds", "follow-ups", "pairs", "typos"))
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--fitted", action="store_true", help="measure the part that is not set apart")
    asked = parser.parse_args()
    first, set_apart = asked.files[0], not asked.fitted
    if asked.what == "kinds":
        kinds(first, asked.files[1:], asked.sample, set_apart=set_apart)
    elif asked.what == "follow-ups":
        follow_ups(first, asked.sample, set_apart=set_apart)
    elif asked.what == "pairs":
        pairs(first, set_apart=set_apart)
    else:
        typos(asked.files, asked.sample or TYPOS)


if __name__ == "__main__":
    main()
