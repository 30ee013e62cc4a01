"""What every torch model in this process shares: its precision, and one lock for building models."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# Hold it while building a model: transformers imports its parts lazily, and building one changes torch's default dtype
# for all threads until it is done.
construction_lock = threading.Lock()


def has_fast_bf16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware; without it bfloat16 is a hundred times slower."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def precision() -> torch.dtype:
    """The fastest dtype for inference on this processor: bfloat16 where it is native, else float32."""
    import torch

    return torch.bfloat16 if has_fast_bf16() else torch.float32
