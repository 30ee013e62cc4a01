"""Training the reader: ``python -m qa.training.train --data FOLDER --base FOLDER --out qa/model``.

Method
------
A run starts from a reader's folder, or from a sentence encoder that was trained to match questions with passages
(all-mpnet-base-v2) and a new linear layer for the start and end logits of its tokens. Every step reads a few questions,
each with its gold passage and sometimes a rival (``plan.py``), and minimises, in fp32,

    L = shared(all passages) + 1/2 mean over passages of alone(passage)

``shared`` is the negative log likelihood of the gold start and of the gold end under one softmax over the tokens of
all passages of the question, with the logits of a window relative to its null logit and one null option of 0 (shared
normalisation, Clark and Gardner 2018; multi-passage BERT, Wang et al. 2019). This is the margin that ranks spans in
answering. ``alone`` is the same for one passage; the target in a passage without the answer is the null. The
probabilities of several gold spans are summed. Some questions are followed by a near miss: a similar question about the
same passage (``near_miss.py``), whose target is the null. An unanswerable question is read only with its own passage,
the one that misleads.

In the first two thirds of a run passages are cropped to 350 to 700 characters around the evidence (``crops.py``), which
makes a step 1.8 times as fast. Later they are whole chunks with the rivals that search finds, as in answering. For one
answerable question in eight the rival is the rest of its own passage, which does not contain the answer.

The embeddings and the four lowest layers are not trained. The model runs in bf16 where the processor has it, with fp32
master weights (AdamW, weight decay 0.01, gradient norm 1). There is no dropout, because no question is read twice. The
learning rate rises over the first 4% of the run and then falls linearly to zero. The exported weights are a moving
average of the master weights; a run that starts from a reader exports their mean with that reader's weights, which
keeps what the reader knew (weight-space ensembling, Wortsman et al. 2022). A run ends after its minutes or after one
pass over its share of the data, whichever comes first. On a CPU the minutes are processor time divided by the number
of threads, so that other load on the machine does not shorten the run.

Memory: PyTorch and oneDNN cache buffers and kernels for every shape of input. Inputs are padded to multiples of 32
tokens and oneDNN's cache is limited, which keeps the memory of a run constant.

A run that is started again continues from its checkpoint in ``--work``.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from qa.training.recipe import Recipe

CACHED_KERNELS = "100"  # oneDNN's default is 1,024, which takes several gigabytes
WORK = Path(".training")


def main() -> None:
    """Start or continue a run, and write the model."""
    parser = _parser()
    arguments = parser.parse_args()
    try:
        recipe = Recipe.read(arguments.recipe) if arguments.recipe else Recipe()
    except (OSError, ValueError) as error:
        parser.error(str(error))
    given = {name: getattr(arguments, name) for name in ("minutes", "rate") if getattr(arguments, name) is not None}
    recipe = replace(recipe, **given)
    arguments.work.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", CACHED_KERNELS)  # torch reads it on import

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
    parser.add_argument(
        "--out", type=Path, help="folder to which the model is written at the end (default: WORK/final)"
    )
    parser.add_argument("--recipe", type=Path, help="JSON file with values for the recipe, in place of its defaults")
    parser.add_argument("--minutes", type=float, help="length of the run, over all its starts")
    parser.add_argument("--rate", type=float, help="peak learning rate")
    parser.add_argument("--every", type=float, default=10.0, help="minutes between checkpoints")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for a GPU")
    return parser


if __name__ == "__main__":
    main()
