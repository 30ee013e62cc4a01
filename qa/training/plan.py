"""The plan of a run: with which passages each question is read, at each stage of the run.

At first passages are cropped, which is cheap; later they are whole chunks with the rivals that search finds, as in
answering. Sometimes the rival is the rest of the question's own passage, which does not contain the answer.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from qa.evaluation.questions import GoldQuestion
from qa.reader.windows import Passage
from qa.training.corpus import KEEP_TITLE, Competition, Group
from qa.training.crops import Crop, crop_passage, rest_of_passage
from qa.training.near_miss import twist
from qa.training.recipe import Recipe

SIZES = (350, 500, 500, 700)  # code points of a crop; one is drawn for each question
BESIDE_REST, REST = 500, 900  # code points of a crop and of the rest that rivals it, once passages are whole
LONGEST, CUT = 1700, 1500  # code points: longer whole passages are cropped to this size


@dataclass(frozen=True, slots=True)
class Plan:
    """The questions of a run, in order, and how to find the passages for each."""

    questions: Sequence[GoldQuestion]
    competition: Competition
    recipe: Recipe

    def groups(self, position: int, progress: float) -> list[Group]:
        """The question at a position, from 0, and sometimes its near miss; after the last question the first follows.

        ``progress`` is the share of the run that is done, 0 to 1. The same arguments give the same groups.
        """
        rng = random.Random(f"{self.recipe.seed}:{position}")
        question = self.questions[position % len(self.questions)]
        cropped = progress < self.recipe.cropped
        group = self._cropped(question, rng) if cropped else self._whole(question, rng)
        wants_near_miss = question.answers and rng.random() < self.recipe.near
        return [group, *near_misses(group, rng)] if wants_near_miss else [group]

    def _cropped(self, question: GoldQuestion, rng: random.Random) -> Group:
        size = rng.choice(SIZES)
        whole = Passage(question.context or "", question.title if rng.random() < KEEP_TITLE else "")
        crop = crop_passage(whole, question.spans, question.question, size, rng)
        rival, drawn = None, rng.random()
        if not question.answers:  # its own passage is the one that misleads
            return _beside(question, crop, None)
        if drawn < self.recipe.rest:
            rival = rest_of_passage(whole, crop.bounds, size, question.answers)
        elif drawn < self.recipe.rest + self.recipe.searched:
            rival = self._searched(question, size, rng)
        return _beside(question, crop, rival)

    def _searched(self, question: GoldQuestion, size: int, rng: random.Random) -> Passage | None:
        found = self.competition.group(question, 1).passages[1:]
        return crop_passage(found[0], (), question.question, size, rng).passage if found else None

    def _whole(self, question: GoldQuestion, rng: random.Random) -> Group:
        group = self.competition.group(question, rng.choice(self.recipe.rivals) if question.answers else 0)
        if question.answers and rng.random() < self.recipe.rest:
            gold = group.passages[0]
            crop = crop_passage(gold, group.golds[0], question.question, BESIDE_REST, rng)
            rest = rest_of_passage(gold, crop.bounds, REST, question.answers)
            if rest:
                return _beside(question, crop, rest)
        crops = [
            crop_passage(passage, spans, question.question, CUT if len(passage.text) > LONGEST else LONGEST, rng)
            for passage, spans in zip(group.passages, group.golds, strict=True)
        ]
        return Group(group.question, tuple(crop.passage for crop in crops), tuple(crop.spans for crop in crops))


def near_misses(group: Group, rng: random.Random) -> list[Group]:
    """The near miss of the question with its gold passage, as a group of its own; empty if there is none."""
    gold = group.passages[0]
    twisted = twist(group.question, gold.text, rng)
    return [Group(twisted, (gold,), ((),))] if twisted else []


def _beside(question: GoldQuestion, crop: Crop, rival: Passage | None) -> Group:
    if rival is None:
        return Group(question.question, (crop.passage,), (crop.spans,))
    return Group(question.question, (crop.passage, rival), (crop.spans, ()))
