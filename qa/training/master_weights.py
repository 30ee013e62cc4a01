"""Master weights: fp32 copies of a bf16 model's parameters, so that small steps are not lost to rounding."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class MasterWeights:
    """The fp32 copies that AdamW optimises, with their moving average."""

    def __init__(self, model: torch.nn.Module, *, decay: float, average: float) -> None:
        """Copy the parameters that require a gradient.

        ``decay`` is the weight decay of matrices (biases and norms have none). ``average``, 0 to 1, is the share of the
        moving average that a step keeps.
        """
        self.live = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.weights = [parameter.detach().float().clone() for parameter in self.live]
        self.average = [weight.clone() for weight in self.weights]
        decayed = [weight for weight in self.weights if weight.ndim > 1]
        plain = [weight for weight in self.weights if weight.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)
        self._keep = average

    def add(self, gradients: Sequence[Tensor | None]) -> None:
        """Accumulate gradients of the live parameters, in their order, for the next step."""
        for weight, gradient in zip(self.weights, gradients, strict=True):
            if gradient is not None:
                weight.grad = gradient.float() if weight.grad is None else weight.grad.add_(gradient)

    def step(self, rate: float, step: int) -> None:
        """Optimise with the accumulated gradients, update the average, and write the result into the live model.

        ``step`` counts from 0.
        """
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.optimizer.zero_grad()
        keep = min(self._keep, (1 + step) / (10 + step))  # early steps count more, so that the start is soon forgotten
        torch._foreach_lerp_(self.average, self.weights, 1.0 - keep)
        self.write(self.weights)

    def write(self, weights: Sequence[Tensor]) -> None:
        """Copy these weights into the live model."""
        for parameter, weight in zip(self.live, weights, strict=True):
            parameter.data.copy_(weight)
