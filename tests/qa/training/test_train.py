"""Training minimises what answering maximises."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from qa.evaluation.questions import GoldQuestion, display_title
from qa.reader.windows import Window
from qa.training.corpus import Competition
from qa.training.loss import gold_mask, side_loss
from qa.training.master_weights import MasterWeights
from qa.training.train import Recipe, rate_at

RECIPE = Recipe()


def window(count=3, first=1):
    allowed = np.ones(count, dtype=np.bool_)
    offsets = np.array([(4 * k, 4 * k + 3) for k in range(count)], dtype=np.int64)
    return Window(0, [0] * (first + count + 1), first, offsets, allowed, allowed)


def row(*margins, null=0.0):
    return torch.tensor([null, *(null + margin for margin in margins), null])


def gold(*positions, size=5):
    mask = torch.zeros(size, dtype=torch.bool)
    mask[list(positions)] = True
    return mask


def test_a_gold_answer_is_marked_at_its_first_and_last_token():
    starts, ends = gold_mask(window(), [(4, 11)], 5)
    assert (starts.nonzero().flatten().tolist(), ends.nonzero().flatten().tolist()) == ([2], [3])


def test_an_answer_cut_by_the_window_is_not_marked():
    assert not gold_mask(window(), [(8, 15)], 5)[0].any()


def test_the_loss_is_the_negative_log_likelihood_over_all_passages():
    rows, golds, windows = [row(2.0, 0.0, 1.0), row(3.0, -1.0, 0.5)], [gold(1), gold()], [window(), window()]
    everything = [0.0, 2.0, 0.0, 1.0, 3.0, -1.0, 0.5]
    expected = math.log(sum(map(math.exp, everything))) - 2.0
    assert float(side_loss(rows, golds, windows, 0.0)) == pytest.approx(expected, abs=1e-5)


def test_the_loss_does_not_change_with_a_windows_null_logit():
    golds, windows = [gold(1), gold()], [window(), window()]
    plain = side_loss([row(2.0, 0.0, 1.0), row(3.0, -1.0, 0.5)], golds, windows, 0.5)
    moved = side_loss([row(2.0, 0.0, 1.0, null=7.0), row(3.0, -1.0, 0.5, null=-4.0)], golds, windows, 0.5)
    assert float(plain) == pytest.approx(float(moved), abs=1e-5)


def test_without_an_answer_the_null_is_the_target():
    low, high = (float(side_loss([row(*[m] * 3)], [gold()], [window()], 0.5)) for m in (-5.0, 5.0))
    assert low < 0.1 < high


def test_a_rival_that_scores_higher_costs_more():
    golds, windows = [gold(1), gold()], [window(), window()]
    losses = [float(side_loss([row(4.0, 0, 0), row(m, 0, 0)], golds, windows, 0.5)) for m in (-4.0, 0.0, 4.0, 8.0)]
    assert losses == sorted(losses)


def test_the_learning_rate_rises_and_falls_to_zero():
    rates = [rate_at(p, RECIPE) for p in (0.0, RECIPE.warmup / 2, RECIPE.warmup, 0.5, 1.0)]
    assert rates[0] < rates[1] < rates[2] == pytest.approx(RECIPE.rate)
    assert rates[2] > rates[3] > rates[4] == 0.0


def test_masters_keep_small_steps_that_bf16_would_lose():
    model = torch.nn.Linear(2, 1, bias=False)
    torch.nn.init.constant_(model.weight, 256.0)
    masters = MasterWeights(model, decay=RECIPE.decay, average=RECIPE.average)
    model.to(torch.bfloat16)
    before = masters.weights[0].clone()
    for step in range(20):
        masters.add(torch.autograd.grad(model(torch.ones(1, 2, dtype=torch.bfloat16)).sum(), masters.live))
        masters.step(1e-3, step)
    assert (masters.weights[0] < before).all()


class Corpus:
    """An index of three paragraphs that returns them all for any question."""

    texts = ("The rocket was a Soyuz.", "The rocket was red.", "A Soyuz again.")

    def documents(self):
        return [SimpleNamespace(id=k, title=f"t{k}") for k in range(3)]

    def text(self, number):
        return self.texts[number]

    def chunks(self, number):
        return [SimpleNamespace(start=0, end=len(self.texts[number]), text=self.texts[number])]

    def search(self, question, k):
        return [
            SimpleNamespace(
                chunk=SimpleNamespace(text=text, document_id=k),
                document=SimpleNamespace(title=f"t{k}", path=f"{k}.txt"),
            )
            for k, text in enumerate(self.texts)
        ]


def test_a_passage_that_also_holds_the_answer_is_no_rival():
    question = GoldQuestion("Which rocket was it?", ("Soyuz",), title="t0", context=Corpus.texts[0], spans=((17, 22),))
    group = Competition(Corpus(), seed=1).group(question, 2)
    assert [p.text for p in group.passages] == [Corpus.texts[0], Corpus.texts[1]]
    assert group.golds == (((17, 22),), ())


@pytest.mark.parametrize(
    ("title", "shown"),
    [("1973_oil_crisis", "1973 oil crisis"), ("Wiki1k:wikipedia:1:2", ""), ("groff: Mom", "groff: Mom")],
)
def test_a_title_is_shown_as_a_person_would_write_it(title, shown):
    assert display_title(title) == shown
