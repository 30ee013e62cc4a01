"""The weights that training moves: fp32 copies of a bf16 model's parameters, in which small steps are not lost."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class MasterWeights:
    """fp32 copies of a bf16 model's parameters: what AdamW steps and what the moving average follows."""

    def __init__(self, model: torch.nn.Module, *, decay: float, average: float) -> None:
        """Take the copies of what is trained.

        ``decay`` is AdamW's, which spares biases and norms; ``average``, 0 to 1, is how much the average keeps a step.
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
        """Add gradients of the live parameters, in their order, to those of the next step."""
        for weight, gradient in zip(self.weights, gradients, strict=True):
            if gradient is not None:
                weight.grad = gradient.float() if weight.grad is None else weight.grad.add_(gradient)

    def step(self, rate: float, step: int) -> None:
        """One optimiser step from the gradients added, back into the live parameters, and one of the average."""
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.optimizer.zero_grad()
        keep = min(self._keep, (1 + step) / (10 + step))  # forgets the untrained start quickly
        torch._foreach_lerp_(self.average, self.weights, 1.0 - keep)
        self.write(self.weights)

    def write(self, weights: Sequence[Tensor]) -> None:
        """Put weights into the live model."""
        for parameter, weight in zip(self.live, weights, strict=True):
            parameter.data.copy_(weight)
