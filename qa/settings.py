"""Settings of answering."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MODEL = Path(__file__).with_name("model")


class ReaderSettings(BaseSettings):
    """Settings of reading and of refusing to answer; the environment's ``QUOTH_*`` overrides the defaults."""

    model_config = SettingsConfigDict(env_prefix="QUOTH_", extra="ignore", validate_default=True)

    reader: Path = Field(default=MODEL, description="Folder of the reader's weights.")
    passages: int = Field(default=10, ge=1, le=100, description="How many passages are read for a question.")
    rerank_passages: int = Field(
        default=20, ge=1, le=100, description="How many passages are read for a search that ranks them again."
    )
    threshold: float | None = Field(
        default=None,
        ge=0.0,
        le=1.0,
        description="Below this probability the answer is 'not found'; unset: the one fitted with the reader.",
    )
    question_characters: int = Field(default=2000, ge=1, description="Longer questions are turned away.")
    answer_tokens: int = Field(default=40, ge=1, le=200, description="The longest answer, in the reader's tokens.")
