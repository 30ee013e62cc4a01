"""Small embedding models with random weights, as folders that sentence-transformers wrote."""

from __future__ import annotations

from pathlib import Path

from index.embedder import packaged_model

PROMPTS = {"query": "Represent the question: ", "passage": "Represent the passage: "}
DIMENSIONS = 24


def write_transformer(folder: Path, *, mean_of_prompt: bool = True) -> Path:
    """A model of one layer with prompts, which are part of the mean over a text's tokens or not."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    tokenizer = AutoTokenizer.from_pretrained(str(packaged_model()))
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=DIMENSIONS, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=100,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder / "plain")
    tokenizer.save_pretrained(folder / "plain")
    transformer = Transformer(str(folder / "plain"), max_seq_length=100)
    pooling = Pooling(DIMENSIONS, include_prompt=mean_of_prompt)
    SentenceTransformer(modules=[transformer, pooling], device="cpu", prompts=PROMPTS).save(
        str(folder / "model"), create_model_card=False
    )
    return folder / "model"


def write_static(folder: Path) -> Path:
    """A model that has a fixed vector for each token and no prompts; its tokenizer is in a folder of its own."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=DIMENSIONS)], device="cpu").save(
        str(folder), create_model_card=False
    )
    return folder
