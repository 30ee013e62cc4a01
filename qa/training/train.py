"""Training the reader: ``python -m qa.training.train --data FOLDER --base FOLDER --minutes 100 --out qa/model``.

Method
------
Start from a sentence encoder that already knows which passage belongs to which question (all-mpnet-base-v2) and put a
fresh linear layer for start and end logits on its tokens. Every step reads a few questions, each with its gold
passage and the passages that our own retrieval confuses with it (``qa.training.corpus``), and minimises, in fp32,

    L = shared(all passages) + 1/2 mean over passages of alone(passage)

``shared`` is the negative log likelihood of the gold start and of the gold end under one softmax over the tokens of
all the question's passages, with each window's logits taken relative to its own null logit and one null option of 0
(shared normalisation, Clark and Gardner 2018; multi-passage BERT, Wang et al. 2019): exactly the margin by which
passages compete when questions are answered. ``alone`` is the same for one passage; a passage without the answer has
the null as its target. Several gold places share their probability. Beside some questions stands a near miss of the
same question with the same passage (``near_miss.py``), whose target is the null. An unanswerable question is read with
its own passage alone: that is the one that misleads.

The embeddings and the lowest layers stay as they are, which saves a sixth of the time. The model runs in bf16 with
fp32 master weights (AdamW, weight decay 0.01, gradient norm 1). Dropout is off: with one pass over the data nothing is
seen twice, and drawing its random numbers is 40% of a step on a CPU. The learning rate rises over the first 4% of the
time budget and falls linearly to zero at its end. The shipped weights are a moving average of the masters. The budget
counts processor time, divided by the threads, so that a pause or a busy neighbour takes nothing from it.

With a reader's folder as ``--base`` its training goes on: from its weights, at the question where it stopped.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForQuestionAnswering

from index.torch_runtime import precision
from qa.evaluation.metrics import exact_match, f1
from qa.reader.reader import Reader
from qa.reader.weights import MANIFEST, load_model, save_model
from qa.reader.windows import Featurizer, Passage
from qa.training.corpus import Competition, Group, Question, open_corpus, read_questions, sample
from qa.training.loss import step_loss
from qa.training.master_weights import MasterWeights
from qa.training.near_miss import near_miss

SHARES = {"squad": 1.0, "docs": 1.0, "nq": 1.0, "qed": 1.0, "fairytaleqa": 0.5, "covidqa": 0.3, "qamr": 0.04}


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the weights, but the data."""

    minutes: float = 100.0
    rate: float = 5e-5  # peak learning rate
    warmup: float = 0.04  # of the time budget
    decay: float = 0.01
    groups: int = 8  # questions a step
    together: int = 2  # questions a forward pass
    rivals: tuple[int, ...] = (0, 1, 1, 2)  # hard negatives a question, drawn from these
    near: float = 0.3  # of the answerable questions are also asked with a near miss
    frozen: int = 4  # layers from below, and the embeddings, that are not trained
    tokens: int = 4000  # padded tokens of one forward pass
    average: float = 0.99  # of the moving average, a step
    alone: float = 0.5
    seed: int = 17


@dataclass(slots=True)
class State:
    """Where training stands; all of it goes into a checkpoint."""

    step: int = 0
    seconds: float = 0.0
    seen: int = 0


def beside(group: Group, rng: random.Random) -> list[Group]:
    """The near miss of a question on its gold passage, as a group of its own; none when it has no near miss."""
    gold = group.passages[0]
    twisted = near_miss(group.question, gold.text, rng)
    return [Group(twisted, (gold,), ((),))] if twisted else []


def rate_at(progress: float, recipe: Recipe) -> float:
    """The learning rate at a share of the time budget, 0 to 1."""
    if progress < recipe.warmup:
        return recipe.rate * max(progress, 1e-3) / recipe.warmup
    return recipe.rate * max(0.0, 1.0 - progress) / (1.0 - recipe.warmup)


def start(base: Path) -> tuple[torch.nn.Module, int]:
    """The fp32 model to train and how many questions it has seen: a sentence encoder's, or that of a reader."""
    if (base / MANIFEST).exists():
        seen = json.loads((base / MANIFEST).read_text(encoding="utf-8"))["state"]["seen"]
        return load_model(base, torch.float32), int(seen)
    config = AutoConfig.from_pretrained(base, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return AutoModelForQuestionAnswering.from_pretrained(base, config=config, dtype=torch.float32), 0


def freeze(model: torch.nn.Module, layers: int) -> None:
    """Take the embeddings and the lowest layers out of the training."""
    if layers:
        encoder: Any = model.base_model
        for part in (encoder.embeddings, *encoder.encoder.layer[:layers]):
            part.requires_grad_(False)


def measure(model: torch.nn.Module, featurizer: Featurizer, questions: Sequence[Question]) -> dict[str, float]:
    """EM and F1 in percent over answerable questions, each read with its own paragraph and made to answer."""
    reader = Reader(model, featurizer)
    pairs = []
    for question in questions:
        spans = reader.read(question.question, [Passage(question.context, question.title)])
        pairs.append((spans[0].text if spans else "", question.texts))
    return {
        "em": 100 * sum(exact_match(*pair) for pair in pairs) / len(pairs),
        "f1": 100 * sum(f1(*pair) for pair in pairs) / len(pairs),
    }


class Trainer:
    """One training run: its model, its masters, its place in the data."""

    def __init__(self, data: Path, base: Path, work: Path, recipe: Recipe) -> None:
        """Prepare everything, and go on from the checkpoint in ``work`` if there is one."""
        torch.manual_seed(recipe.seed)
        self.recipe, self.state, self.work, self.base = recipe, State(), work, base
        self.featurizer = Featurizer.load(base)
        self.model, self.state.seen = start(base)
        freeze(self.model, recipe.frozen)
        self.masters = MasterWeights(self.model, decay=recipe.decay, average=recipe.average)
        self.model.to(precision()).train()
        self._readers = ThreadPoolExecutor(torch.get_num_threads(), initializer=torch.set_num_threads, initargs=(1,))
        self.questions = sample(data, SHARES, recipe.seed)
        self.competition = Competition(open_corpus(data, list(SHARES), work), recipe.seed)
        rng = random.Random(1)
        self.valid = {
            name: rng.sample([q for q in read_questions(data / f"{name}.valid.jsonl") if q.answers], 100)
            for name in ("squad", "docs", "nq")
        }
        if (work / "checkpoint.pt").exists():
            self._restore()

    def _restore(self) -> None:
        saved = torch.load(self.work / "checkpoint.pt", weights_only=True, mmap=True)
        self.state = State(**saved["state"])
        for name in ("weights", "average"):
            torch._foreach_copy_(getattr(self.masters, name), saved[name])
        self.masters.optimizer.load_state_dict(saved["optimizer"])
        self.masters.write(self.masters.weights)

    def save(self) -> None:
        """Write the checkpoint beside its old one and move it into place."""
        fresh = self.work / "checkpoint.new"
        torch.save(
            {
                "state": asdict(self.state),
                "weights": self.masters.weights,
                "average": self.masters.average,
                "optimizer": self.masters.optimizer.state_dict(),
            },
            fresh,
        )
        fresh.replace(self.work / "checkpoint.pt")

    def export(self, out: Path) -> None:
        """Save the averaged weights as a model that ``Reader.load`` opens."""
        self.masters.write(self.masters.average)
        note = {"recipe": asdict(self.recipe), "shares": SHARES, "state": asdict(self.state)}
        save_model(self.model, self.base, out, note)
        self.masters.write(self.masters.weights)

    def figures(self) -> dict[str, dict[str, float]]:
        """EM and F1 of the averaged weights on samples of the valid sets."""
        self.masters.write(self.masters.average)
        self.model.eval()
        found = {name: measure(self.model, self.featurizer, questions) for name, questions in self.valid.items()}
        self.model.train()
        self.masters.write(self.masters.weights)
        return found

    def step(self) -> float:
        """One step; the mean loss of its questions.

        Each processor reads a few of the questions by itself, so that neither waits for the other within a step.
        """
        places = range(self.state.seen, self.state.seen + self.recipe.groups)
        parts = [places[k : k + self.recipe.together] for k in range(0, len(places), self.recipe.together)]
        loss = 0.0
        for part, gradients in self._readers.map(self._gradients, parts):
            loss += part
            self.masters.add(gradients)
        self.masters.step(rate_at(self.state.seconds / (60 * self.recipe.minutes), self.recipe), self.state.step)
        self.state.step += 1
        self.state.seen += self.recipe.groups
        return loss

    def _gradients(self, places: Sequence[int]) -> tuple[float, tuple[Tensor | None, ...]]:
        """The share of some questions in the loss of a step, and its gradients."""
        groups = [group for place in places for group in self._groups(place)]
        tokens, alone = self.recipe.tokens, self.recipe.alone
        loss = step_loss(self.model, self.featurizer, groups, tokens=tokens, alone=alone) / self.recipe.groups
        return float(loss.detach()), torch.autograd.grad(loss, self.masters.live, allow_unused=True)

    def _groups(self, place: int) -> list[Group]:
        """The question at a place of the data with its competition, and its near miss now and then."""
        rng = random.Random(f"{self.recipe.seed}:{place}")
        question = self.questions[place % len(self.questions)]
        rivals = rng.choice(self.recipe.rivals) if question.answers else 0  # its own passage is the hard one
        group = self.competition.group(question, rivals)
        wanted = question.answers and rng.random() < self.recipe.near
        return [group, *beside(group, rng)] if wanted else [group]

    def run(self, every: float) -> None:
        """Train until the time budget is spent; a checkpoint and figures every so many minutes."""
        losses: list[float] = []
        due = self.state.seconds + 60 * every
        while self.state.seconds < 60 * self.recipe.minutes:
            began = time.process_time()
            losses.append(self.step())
            self.state.seconds += (time.process_time() - began) / torch.get_num_threads()
            if not math.isfinite(losses[-1]):
                raise ArithmeticError(f"the loss is {losses[-1]} at step {self.state.step}: lower the learning rate")
            if len(losses) == 25:
                self._say(loss=round(sum(losses) / len(losses), 4))
                losses.clear()
            if self.state.seconds >= due:
                due += 60 * every
                self.save()
                self.export(self.work / "model")
                self._say(**self.figures())
        self.save()
        self._say(**self.figures())

    def _say(self, **what: object) -> None:
        line = {"minute": round(self.state.seconds / 60, 1), "step": self.state.step, "seen": self.state.seen, **what}
        sys.stderr.write(json.dumps(line) + "\n")


def main() -> None:
    """Train, or go on training, and write the model."""
    parser = argparse.ArgumentParser(
        prog="python -m qa.training.train", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of *.train.jsonl and *.valid.jsonl")
    parser.add_argument("--base", type=Path, required=True, help="folder of the sentence encoder to start from")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints and the corpus index")
    parser.add_argument("--out", type=Path, help="folder to write the model to when the budget is spent")
    parser.add_argument("--minutes", type=float, default=Recipe().minutes, help="time budget, in all sittings together")
    parser.add_argument("--rate", type=float, default=Recipe().rate, help="peak learning rate")
    parser.add_argument("--every", type=float, default=10.0, help="minutes between checkpoints")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    recipe = Recipe(minutes=arguments.minutes, rate=arguments.rate)
    trainer = Trainer(arguments.data, arguments.base, arguments.work, recipe)
    trainer.run(arguments.every)
    if arguments.out:
        trainer.export(arguments.out)


if __name__ == "__main__":
    main()
