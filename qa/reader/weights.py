"""The reader's weights on disk: int8 with one fp32 scale for each row, in safetensors files of at most 45 MB.

A matrix W is stored as ``round(W / scale)`` with ``scale = max|row| / 127`` for every row (symmetric absmax
quantisation), a quarter of its fp32 size, and is dequantised when it is loaded. Vectors (biases, norms) stay fp32.
``weights.json`` lists the files with their sha256.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ModelError
from index.torch_runtime import construction_lock
from qa.answering.calibration import Calibration

if TYPE_CHECKING:  # importing torch takes seconds, and many uses of this package need no model
    import torch
    from torch import Tensor

SHARD_BYTES = 44_000_000
MANIFEST = "weights.json"
CALIBRATION = "calibration.json"
_SCALE = ".scale"


def quantise(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Matrices as int8 (rows, columns) with an fp32 scale (rows, 1) under ``<name>.scale``; other weights as fp32."""
    import torch

    packed: dict[str, Tensor] = {}
    for name, weight in weights.items():
        weight = weight.detach().float()
        if weight.ndim != 2:
            packed[name] = weight.contiguous()
            continue
        scale = weight.abs().amax(dim=1, keepdim=True).clamp_min(1e-12) / 127
        packed[name] = (weight / scale).round().to(torch.int8).contiguous()
        packed[name + _SCALE] = scale.contiguous()
    return packed


def dequantise(packed: Mapping[str, Tensor], dtype: torch.dtype) -> dict[str, Tensor]:
    """The inverse of ``quantise`` in ``dtype``; each entry is off by at most half its row's scale."""
    import torch

    return {
        name: (weight * packed[name + _SCALE] if weight.dtype == torch.int8 else weight).to(dtype)
        for name, weight in packed.items()
        if not name.endswith(_SCALE)
    }


def save_model(model: Any, base: Path, out: Path, note: Mapping[str, object]) -> None:
    """Write a model folder: weights, manifest with ``note``, ``config.json`` and the tokenizer of ``base``."""
    from safetensors.torch import save_file

    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("reader-*.safetensors"):
        old.unlink()
    files: dict[str, str] = {}
    for number, shard in enumerate(_shards(quantise(model.state_dict())), 1):
        path = out / f"reader-{number}.safetensors"
        save_file(shard, path)
        files[path.name] = _sha256(path)
    (out / MANIFEST).write_text(json.dumps({"files": files, **note}, indent=1) + "\n", encoding="utf-8")
    model.config.to_json_file(out / "config.json")
    shutil.copyfile(base / "tokenizer.json", out / "tokenizer.json")


def load_model(folder: Path, dtype: torch.dtype) -> Any:
    """The model of a folder that ``save_model`` wrote, in ``dtype`` and in evaluation mode.

    Raises ``ModelError`` if a file is missing or its sha256 differs from the manifest's.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    packed: dict[str, Tensor] = {}
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for name, expected in manifest["files"].items():
            if _sha256(folder / name) != expected:
                raise ModelError(f"{folder / name} is damaged (its sha256 is not {expected}): install quoth again")
            packed.update(load_file(folder / name))
        model = _without_weights(folder, dtype)
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise ModelError(f"no reader in {folder}: {error}") from error
    model.load_state_dict(dequantise(packed, dtype))
    return model.eval()


def _without_weights(folder: Path, dtype: torch.dtype) -> Any:
    with construction_lock:
        from transformers import AutoConfig, AutoModelForQuestionAnswering
        from transformers.initialization import no_init_weights

        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        with no_init_weights():  # drawing 109 million random numbers takes longer than reading the weights
            return AutoModelForQuestionAnswering.from_config(config, dtype=dtype)


def load_calibration(folder: Path) -> Calibration:
    """The calibration of a model folder. Raises ``ModelError`` if it is missing or belongs to another model."""
    try:
        calibration = Calibration.from_json((folder / CALIBRATION).read_text(encoding="utf-8"))
        widths = {len(one.weights) for one in calibration.exits.values()}
        if widths and widths != {2 * json.loads((folder / "config.json").read_text(encoding="utf-8"))["hidden_size"]}:
            raise ValueError("its early exits were fitted to a model of another width")
        return calibration
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else error
        raise ModelError(
            f"no calibration in {folder} ({reason}): run `python -m qa.training.calibrate`, or install quoth again"
        ) from error


def _shards(packed: Mapping[str, Tensor]) -> Iterator[dict[str, Tensor]]:
    shard: dict[str, Tensor] = {}
    size = 0
    for name, weight in packed.items():
        if shard and size + weight.nbytes > SHARD_BYTES:
            yield shard
            shard, size = {}, 0
        shard[name] = weight
        size += weight.nbytes
    yield shard


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
