"""A short run of a tiny reader: trained, stopped, continued and exported."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForQuestionAnswering, MPNetConfig

from qa.reader.reader import Reader
from qa.reader.weights import save_model
from qa.reader.windows import Passage
from qa.settings import MODEL
from qa.training.recipe import Recipe
from qa.training.trainer import Trainer, interpolate, set_dropout

SEEN = 1000  # questions that the base has seen
RECIPE = Recipe(shares={"squad": 1.0}, minutes=60.0, questions=8, together=4, frozen=1, rate=1e-3, near=0.5)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's folder with the real tokenizer and a model of two narrow layers."""
    torch.manual_seed(1)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = MPNetConfig(vocab_size=30527, max_position_embeddings=514, pad_token_id=1, **sizes)
    folder = tmp_path_factory.mktemp("base")
    save_model(AutoModelForQuestionAnswering.from_config(config), MODEL, folder, {"state": {"seen": SEEN}})
    return folder


@pytest.fixture
def trainer(training_data: Path, base: Path, tmp_path: Path) -> Callable[..., Trainer]:
    """A function that makes a trainer in one work folder: the second continues from the checkpoint of the first."""

    def make(base: Path = base, recipe: Recipe = RECIPE) -> Trainer:
        return Trainer(training_data, base, tmp_path, recipe)

    return make


def test_a_run_reads_its_questions_once_and_lowers_the_loss(trainer: Callable[..., Trainer]):
    run = trainer()
    first = run.step()
    run.run(every=60.0)
    steps = -(-len(run.plan.questions) // RECIPE.questions)
    assert (run.state.step, run.state.seen) == (steps, SEEN + RECIPE.questions * steps)
    assert run.progress == 1.0
    again = trainer(recipe=replace(RECIPE, minutes=1e9))
    again.state.seen = SEEN
    assert again.step() < first


def test_a_stopped_run_continues_from_its_checkpoint(trainer: Callable[..., Trainer]):
    run = trainer()
    run.step()
    run.save()
    run.state.seconds = 0.0
    losses = [run.step() for _ in range(2)]
    gone_on = trainer()
    assert gone_on.state.step == 1
    gone_on.state.seconds = 0.0
    assert [gone_on.step() for _ in range(2)] == pytest.approx(losses, rel=1e-3)


def test_a_folder_with_another_runs_checkpoint_is_refused(trainer: Callable[..., Trainer], base: Path, tmp_path: Path):
    trainer().save()
    other = tmp_path / "other"
    trainer().export(other)
    manifest = json.loads((other / "weights.json").read_text())
    manifest["state"]["seen"] = 2 * SEEN
    (other / "weights.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match="a folder of its own"):
        trainer(base=other)


def test_the_exported_model_is_a_reader_that_records_its_training(trainer: Callable[..., Trainer], tmp_path: Path):
    run = trainer()
    run.step()
    run.export(tmp_path / "out")
    passage = Passage("The Soyuz rose from Baikonur.", "Soyuz")
    assert Reader.load(tmp_path / "out").read("Which rocket?", [passage])
    note = json.loads((tmp_path / "out" / "weights.json").read_text())
    assert note["state"]["seen"] == SEEN + RECIPE.questions
    assert note["recipe"]["shares"] == {"squad": 1.0}


def test_the_exported_weights_lie_between_those_of_the_base_and_of_the_run(trainer: Callable[..., Trainer]):
    run, base = trainer(), dict(trainer().model.named_parameters())
    with torch.no_grad():
        for weight in run.model.parameters():
            weight += 1.0
    interpolate(run.model, trainer().model, 0.25)
    assert all(torch.allclose(w, base[name] + 0.75, atol=1e-2) for name, w in run.model.named_parameters())


def test_figures_are_of_the_valid_files_that_exist(trainer: Callable[..., Trainer]):
    assert set(trainer().figures()) == {"squad"}


@pytest.mark.parametrize("progress", [0.1, 0.9])
def test_a_run_has_few_shapes_of_input(trainer: Callable[..., Trainer], progress: float):
    run = trainer()
    widths: set[int] = set()

    def note(_module: torch.nn.Module, _arguments: object, given: dict[str, torch.Tensor]) -> None:
        rows, width = given["input_ids"].shape
        assert rows * width <= RECIPE.tokens
        widths.add(width)

    run.model.register_forward_pre_hook(note, with_kwargs=True)
    for start in range(0, 24, 4):
        run._gradients(range(start, start + 4), progress)
    assert widths and all(width % RECIPE.multiple == 0 for width in widths)
    assert len(widths) <= 384 // RECIPE.multiple


def test_the_dropout_of_a_recipe_reaches_every_layer(trainer: Callable[..., Trainer]):
    model = trainer().model
    set_dropout(model, 0.1)
    assert {one.p for one in model.modules() if isinstance(one, torch.nn.Dropout)} == {0.1}


def test_the_limit_on_cached_kernels_is_set_before_torch_is_imported():
    script = "import sys, qa.training.train; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
