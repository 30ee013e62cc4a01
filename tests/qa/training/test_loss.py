"""Training minimises what answering maximises."""

import math

import numpy as np
import pytest
import torch

from qa.reader.windows import Window
from qa.training.loss import gold_mask, side_loss


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
