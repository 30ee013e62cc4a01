"""One training run: its model, its master weights, its position in the data and its checkpoints.

``qa.training.train`` explains the method.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForQuestionAnswering

from index.torch_runtime import precision
from qa.reader.reader import Reader
from qa.reader.weights import MANIFEST, load_model, save_model
from qa.reader.windows import Featurizer
from qa.training.corpus import Competition, open_corpus, sample
from qa.training.figures import measure, valid_samples
from qa.training.loss import step_loss
from qa.training.master_weights import MasterWeights
from qa.training.plan import Plan
from qa.training.recipe import Recipe, rate_at

CHECKPOINT = "checkpoint.pt"
LOGGED = 25  # steps between two lines of the log


@dataclass(slots=True)
class State:
    """The progress of a run, as stored in a checkpoint."""

    step: int = 0
    seconds: float = 0.0
    seen: int = 0  # questions, including those of earlier runs
    before: int = 0  # questions seen in earlier runs


def start_model(base: Path) -> tuple[torch.nn.Module, int]:
    """The fp32 model of a reader or a sentence encoder, and how many questions it has been trained on."""
    if (base / MANIFEST).exists():
        seen = json.loads((base / MANIFEST).read_text(encoding="utf-8"))["state"]["seen"]
        return load_model(base, torch.float32), int(seen)
    config = AutoConfig.from_pretrained(base, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return AutoModelForQuestionAnswering.from_pretrained(base, config=config, dtype=torch.float32), 0


def freeze(model: torch.nn.Module, layers: int) -> None:
    """Exclude the embeddings and the lowest layers from training; nothing if ``layers`` is 0."""
    if layers:
        encoder: Any = model.base_model
        for part in (encoder.embeddings, *encoder.encoder.layer[:layers]):
            part.requires_grad_(False)


def set_dropout(model: torch.nn.Module, probability: float) -> None:
    """Set the probability of every dropout layer, 0 to 1."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = probability


def interpolate(model: torch.nn.Module, other: torch.nn.Module, share: float) -> None:
    """Move the weights of a model towards those of another of the same shape by a share of the way, 0 to 1."""
    theirs = other.state_dict()
    mixed = {
        name: torch.lerp(weight, theirs[name].to(weight), share) if weight.is_floating_point() else weight
        for name, weight in model.state_dict().items()
    }
    model.load_state_dict(mixed)


class Trainer:
    """Trains a reader; continues from the checkpoint in its folder, if there is one."""

    def __init__(self, data: Path, base: Path, work: Path, recipe: Recipe, device: str = "cpu") -> None:
        """Load everything. Raises ``ValueError`` if ``work`` has the checkpoint of a run from another base."""
        torch.manual_seed(recipe.seed)
        self.recipe, self.work, self.base = recipe, work, base
        self.featurizer = Featurizer.load(base)
        model, seen = start_model(base)
        self.model = model.to(device)
        self.state = State(seen=seen, before=seen)
        freeze(self.model, recipe.frozen)
        set_dropout(self.model, recipe.dropout)
        self.masters = MasterWeights(self.model, decay=recipe.decay, average=recipe.average)
        on_cpu = torch.device(device).type == "cpu"
        self.model.to(precision() if on_cpu else torch.bfloat16).train()
        # On a CPU each core works on its own part of a step, and time is processor time, which other load on the
        # machine does not lengthen. A GPU works on one part after the other.
        threads = torch.get_num_threads() if on_cpu else 1
        self._workers = ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,))
        self._clock: Callable[[], float] = (lambda: time.process_time() / threads) if on_cpu else time.perf_counter
        competition = Competition(open_corpus(data, recipe.shares, work), recipe.seed)
        self.plan = Plan(sample(data, recipe.shares, recipe.seed), competition, recipe)
        self.valid = valid_samples(data)
        if (work / CHECKPOINT).exists():
            self._restore()

    @property
    def progress(self) -> float:
        """The share of the run that is done, 0 to 1: of its minutes or of its questions, whichever is larger."""
        by_time = self.state.seconds / (60 * self.recipe.minutes)
        return min(1.0, max(by_time, (self.state.seen - self.state.before) / len(self.plan.questions)))

    def _restore(self) -> None:
        saved = torch.load(self.work / CHECKPOINT, weights_only=True, mmap=True)
        state = State(**saved["state"])
        if state.before != self.state.before:
            raise ValueError(
                f"{self.work} has a run that began at {state.before} questions, but {self.base} has seen "
                f"{self.state.before}: give the run a folder of its own"
            )
        self.state = state
        for name in ("weights", "average"):
            torch._foreach_copy_(getattr(self.masters, name), saved[name])
        self.masters.optimizer.load_state_dict(saved["optimizer"])
        self.masters.write(self.masters.weights)

    def save(self) -> None:
        """Write the checkpoint; the old one is replaced only when the new one is complete."""
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
        fresh.replace(self.work / CHECKPOINT)

    def export(self, out: Path) -> None:
        """Save the averaged weights, mixed with those of the base, as a model folder that ``Reader.load`` opens."""
        self.masters.write(self.masters.average)
        if self.recipe.kept and (self.base / MANIFEST).exists():  # a sentence encoder has no weights for spans
            interpolate(self.model, start_model(self.base)[0], self.recipe.kept)
        save_model(self.model, self.base, out, {"recipe": asdict(self.recipe), "state": asdict(self.state)})
        self.masters.write(self.masters.weights)

    def figures(self) -> dict[str, dict[str, float]]:
        """The result of ``measure`` for the averaged weights, by sample of the valid files."""
        self.masters.write(self.masters.average)
        self.model.eval()
        reader = Reader(self.model, self.featurizer)
        found = {name: measure(reader, questions) for name, questions in self.valid.items()}
        self.model.train()
        self.masters.write(self.masters.weights)
        return found

    def step(self) -> float:
        """Train one step, a part of it on each worker, and return the mean loss of its questions."""
        progress, size = self.progress, self.recipe.together
        positions = range(self.state.seen, self.state.seen + self.recipe.questions)
        parts = [positions[k : k + size] for k in range(0, len(positions), size)]
        loss = 0.0
        for part, gradients in self._workers.map(lambda part: self._gradients(part, progress), parts):
            loss += part
            self.masters.add(gradients)
        self.masters.step(rate_at(progress, self.recipe), self.state.step)
        self.state.step += 1
        self.state.seen += len(positions)
        return loss

    def _gradients(self, positions: Sequence[int], progress: float) -> tuple[float, tuple[Tensor | None, ...]]:
        """The contribution of some questions to the loss of a step, and its gradients."""
        groups = [group for position in positions for group in self.plan.groups(position, progress)]
        loss = step_loss(self.model, self.featurizer, groups, self.recipe) / self.recipe.questions
        return float(loss.detach()), torch.autograd.grad(loss, self.masters.live, allow_unused=True)

    def run(self, every: float) -> None:
        """Train to the end of the run; write a checkpoint, a model folder and figures every ``every`` minutes.

        Raises ``ArithmeticError`` if the loss is not finite.
        """
        losses: list[float] = []
        due = self.state.seconds + 60 * every
        while self.progress < 1.0:
            began = self._clock()
            losses.append(self.step())
            self.state.seconds += self._clock() - began
            if not math.isfinite(losses[-1]):
                raise ArithmeticError(f"the loss is {losses[-1]} at step {self.state.step}: lower the learning rate")
            if len(losses) == LOGGED:
                self.log(loss=round(sum(losses) / len(losses), 4))
                losses.clear()
            if self.state.seconds >= due:
                due += 60 * every
                self.save()
                self.export(self.work / "model")
                self.log(**self.figures())
        self.save()
        self.log(**self.figures())

    def log(self, **entries: object) -> None:
        """Write the progress of the run and the entries to standard error, as a line of JSON."""
        done = {"minute": round(self.state.seconds / 60, 1), "step": self.state.step, "seen": self.state.seen}
        sys.stderr.write(json.dumps(done | entries) + "\n")
