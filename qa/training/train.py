"""Training the reader: ``python -m qa.training.train --data FOLDER --base FOLDER --out qa/model``.

Method
------
Start from a reader's folder, or from a sentence encoder that already knows which passage belongs to which question
(all-mpnet-base-v2) with a fresh linear layer for start and end logits on its tokens. Every step reads a few questions,
each with its gold passage and now and then a rival (``plan.py``), and minimises, in fp32,

    L = shared(all passages) + 1/2 mean over passages of alone(passage)

``shared`` is the negative log likelihood of the gold start and of the gold end under one softmax over the tokens of
all the question's passages, with each window's logits taken relative to its own null logit and one null option of 0
(shared normalisation, Clark and Gardner 2018; multi-passage BERT, Wang et al. 2019): exactly the margin by which
passages compete when questions are answered. ``alone`` is the same for one passage; a passage without the answer has
the null as its target. Several gold spans share their probability. Beside some questions stands a near miss of the
same question with the same passage (``near_miss.py``), whose target is the null. An unanswerable question is read with
its own passage alone: that is the one that misleads.

For the first two thirds of a run passages are cropped to 350 to 700 characters around the evidence (``crops.py``),
which makes a question 1.8 times as cheap; then they are whole chunks beside the rivals that search finds, as answering
reads them. For one answerable question in eight the rest of its own passage, which does not say the answer, is the
rival.

The embeddings and the four lowest layers are not trained. The model runs in bf16 where the processor has it, with fp32
master weights (AdamW, weight decay 0.01, gradient norm 1). Dropout is off: in one pass over the data nothing is seen
twice. The learning rate rises over the first 4% of the run and falls linearly to zero at its end. The exported weights
are a moving average of the masters. A run ends after its minutes or after one pass over its share of the data,
whichever comes first. On a CPU the minutes are processor time divided by the threads, so that a pause or a busy
neighbour takes nothing from the run.

Memory: PyTorch and oneDNN keep buffers and kernels for every shape of input that they meet. Inputs are padded to
multiples of 32 tokens and oneDNN's cache is limited, which keeps a run's memory constant.

A run that is started again goes on from its checkpoint in ``--work``.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from qa.training.recipe import Recipe

CACHED_KERNELS = "100"  # oneDNN's own limit is 1,024, several gigabytes in a run
WORK = Path(".training")


def main() -> None:
    """Train, or go on training, and write the model."""
    parser = _parser()
    arguments = parser.parse_args()
    try:
        recipe = Recipe.read(arguments.recipe) if arguments.recipe else Recipe()
    except (OSError, ValueError) as error:
        parser.error(str(error))
    given = {name: getattr(arguments, name) for name in ("minutes", "rate") if getattr(arguments, name) is not None}
    recipe = replace(recipe, **given)
    arguments.work.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", CACHED_KERNELS)  # read when torch is imported

    from qa.training.trainer import Trainer

    trainer = Trainer(arguments.data, arguments.base, arguments.work, recipe, arguments.device)
    trainer.log(questions=len(trainer.plan.questions), **({} if trainer.state.step else trainer.figures()))
    trainer.run(arguments.every)
    trainer.export(arguments.out or arguments.work / "final")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m qa.training.train", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of *.train.jsonl and *.valid.jsonl")
    parser.add_argument("--base", type=Path, required=True, help="folder of a reader or sentence encoder to start from")
    parser.add_argument("--work", type=Path, default=WORK, help="folder for checkpoints and the corpus index")
    parser.add_argument("--out", type=Path, help="folder to write the model to at the end (WORK/final)")
    parser.add_argument("--recipe", type=Path, help="JSON file with values that replace those of the recipe")
    parser.add_argument("--minutes", type=float, help="of training, in all sittings together")
    parser.add_argument("--rate", type=float, help="peak learning rate")
    parser.add_argument("--every", type=float, default=10.0, help="minutes between checkpoints")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for an accelerator")
    return parser


if __name__ == "__main__":
    main()
