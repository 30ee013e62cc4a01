"""Stored weights are loaded unchanged; damaged or mismatched files are refused."""

import json
import shutil

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from index import ModelError
from qa.reader.weights import CALIBRATION, MANIFEST, dequantise, load_calibration, load_model, quantise
from qa.settings import MODEL


@given(st.integers(1, 9), st.integers(1, 9), st.floats(1e-6, 1e6), st.integers(0, 99))
def test_a_weight_is_off_by_at_most_half_a_step(rows, columns, size, seed):
    weight = torch.randn((rows, columns), generator=torch.Generator().manual_seed(seed)) * size
    back = dequantise(quantise({"w": weight, "b": weight[0]}), torch.float32)
    step = weight.abs().amax(dim=1, keepdim=True) / 127
    assert ((back["w"] - weight).abs() <= 0.5001 * step).all()
    assert torch.equal(back["b"], weight[0])


def test_a_row_of_zeros_stays_zero():
    assert torch.equal(dequantise(quantise({"w": torch.zeros(2, 3)}), torch.float32)["w"], torch.zeros(2, 3))


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(MODEL, tmp_path / "model")
    return tmp_path / "model"


def test_a_flipped_bit_is_detected(copy):
    shard = next(copy.glob("*.safetensors"))
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        load_model(copy, torch.float32)


@pytest.mark.parametrize("missing", [MANIFEST, "config.json", "reader-1.safetensors"])
def test_a_missing_file_is_named(copy, missing):
    (copy / missing).unlink()
    with pytest.raises(ModelError, match="no reader in"):
        load_model(copy, torch.float32)


def test_a_missing_calibration_is_named(copy):
    (copy / CALIBRATION).unlink()
    with pytest.raises(ModelError, match="no calibration in"):
        load_calibration(copy)


def test_a_calibration_of_another_version_names_what_is_missing_and_the_remedy(copy):
    (copy / CALIBRATION).write_text('{"weights": [1, 1, 1, 1, 1], "bias": 0, "threshold": 0, "exits": []}')
    with pytest.raises(ModelError, match=r"'unread' is missing.*python -m qa\.training\.calibrate"):
        load_calibration(copy)


def test_a_calibration_of_another_reader_is_refused(copy):
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"hidden_size": 384}))
    with pytest.raises(ModelError, match="fitted to a model of another width"):
        load_calibration(copy)


def test_the_shipped_files_keep_within_their_sizes():
    sizes = [file.stat().st_size for file in MODEL.glob("*.safetensors")]
    assert sizes and max(sizes) <= 45_000_000 and sum(sizes) <= 120_000_000
