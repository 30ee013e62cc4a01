"""Training keeps fp32 copies of the weights that it moves."""

import torch

from qa.training.master_weights import MasterWeights
from qa.training.recipe import Recipe

RECIPE = Recipe()


def test_master_weights_keep_small_steps_that_bf16_would_lose():
    model = torch.nn.Linear(2, 1, bias=False)
    torch.nn.init.constant_(model.weight, 256.0)
    masters = MasterWeights(model, decay=RECIPE.decay, average=RECIPE.average)
    model.to(torch.bfloat16)
    before = masters.weights[0].clone()
    for step in range(20):
        masters.add(torch.autograd.grad(model(torch.ones(1, 2, dtype=torch.bfloat16)).sum(), masters.live))
        masters.step(1e-3, step)
    assert (masters.weights[0] < before).all()
