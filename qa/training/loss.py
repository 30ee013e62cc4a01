"""The training loss: the negative log likelihood of the gold spans, over all passages and within each passage.

``qa.training.train`` explains the method.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from qa.evaluation.questions import Offsets
from qa.reader.reader import forward
from qa.reader.windows import Featurizer, Window
from qa.training.corpus import Group
from qa.training.recipe import Recipe


def gold_mask(window: Window, spans: Sequence[Offsets], length: int) -> tuple[Tensor, Tensor]:
    """The input positions at which a gold answer starts and at which it ends in this window; bool (length,) each."""
    starts, ends = torch.zeros(length, dtype=torch.bool), torch.zeros(length, dtype=torch.bool)
    for start, end in spans:
        inside = [k for k, (a, b) in enumerate(window.offsets) if a < end and b > start]
        if inside and window.offsets[inside[0], 0] <= start and window.offsets[inside[-1], 1] >= end:
            starts[window.first + inside[0]] = ends[window.first + inside[-1]] = True
    return starts, ends


def side_loss(logits: Sequence[Tensor], golds: Sequence[Tensor], windows: Sequence[Window], alone: float) -> Tensor:
    """The loss of one side (starts or ends) of one question: a scalar.

    ``logits`` and ``golds`` have one (m,) tensor for each window, with the null at position 0. ``alone`` is the
    weight of the loss within single passages.
    """
    null = logits[0].new_zeros(1)
    margins, hits = [], []
    for row, gold, window in zip(logits, golds, windows, strict=True):
        inside = slice(window.first, window.first + len(window.offsets))
        margins.append(row[inside] - row[0])
        hits.append(gold[inside])

    def likelihood(margin: Tensor, hit: Tensor) -> Tensor:
        reached = margin[hit] if bool(hit.any()) else null
        return torch.logsumexp(torch.cat([null, margin]), 0) - torch.logsumexp(reached, 0)

    shared = likelihood(torch.cat(margins), torch.cat(hits))
    if len(margins) == 1:
        return shared * (1.0 + alone)
    return shared + alone * torch.stack([likelihood(m, h) for m, h in zip(margins, hits, strict=True)]).mean()


def step_loss(model: torch.nn.Module, featurizer: Featurizer, groups: Sequence[Group], recipe: Recipe) -> Tensor:
    """The sum of the losses of several questions: an fp32 scalar."""
    cut = [featurizer.windows(group.question, group.passages) for group in groups]
    every = [window for windows in cut for window in windows]
    logits = iter(forward(model, every, featurizer.padding, recipe.tokens, multiple=recipe.multiple))
    losses = []
    for group, windows in zip(groups, cut, strict=True):
        rows = [next(logits) for _ in windows]
        masks = [gold_mask(w, group.golds[w.passage], len(w.input_ids)) for w in windows]
        for side in (0, 1):
            picked, golds = [row[side] for row in rows], [mask[side] for mask in masks]
            losses.append(side_loss(picked, golds, windows, recipe.alone))
    return torch.stack(losses).sum()
