"""What can be set about answering."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from index import IndexSettings, SetupError

MODEL = Path(__file__).with_name("model")


class ReaderSettings(BaseModel):
    """Settings of reading and of refusing to answer; ``ReaderSettings()`` has the defaults."""

    model_config = ConfigDict(extra="ignore", validate_default=True)

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
    question_characters: int = Field(default=2000, ge=1, description="The longest question, in characters.")
    answer_tokens: int = Field(default=40, ge=1, le=200, description="The longest answer, in the reader's tokens.")


class EnvironmentSettings(IndexSettings, ReaderSettings, BaseSettings):
    """The settings of index and reader with what the environment (``QUOTH_*``) says, for the function ``qa.answer``."""

    model_config = SettingsConfigDict(env_prefix="QUOTH_", extra="ignore", frozen=True)

    @classmethod
    def read(cls) -> EnvironmentSettings:
        """Read the environment. Raises ``SetupError``, which names the variable, for a value that is not allowed."""
        try:
            return cls()
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False, include_input=False)
            wrong = (f"QUOTH_{str(detail['loc'][0]).upper()}: {detail['msg']}" for detail in details)
            raise SetupError("; ".join(wrong)) from None
