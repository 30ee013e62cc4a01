"""How documents are indexed and searched. Reads no environment: ``ui.settings`` and ``qa.answer`` do."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class IndexSettings(BaseModel):
    """Settings of the index; ``IndexSettings()`` has the defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: Path = Field(Path(".quoth"), description="The folder that holds the index.")
    store: str = Field(
        "",
        description="A Milvus database that keeps the index: http://HOST:19530, or a Milvus Lite file (NAME.db).",
    )
    store_token: SecretStr | None = Field(None, description="Credentials for Milvus: a token, or user:password.")
    store_seconds: float = Field(30.0, gt=0, description="The longest that a request to Milvus may take, in seconds.")
    engine: str = Field(
        "", description="What reads and embeds files: empty for this process, `ray`, or the address of a Ray cluster."
    )
    engine_workers: int = Field(0, ge=0, description="The number of the engine's workers; 0 means one per core.")
    embedder: str = Field(
        "all-MiniLM-L6-v2",
        description="The embedding model: the packaged all-MiniLM-L6-v2, a folder, or a downloaded hub model.",
    )
    chunk_tokens: int = Field(200, ge=32, le=480, description="The longest passage, in tokens of the embedder.")
    dense_weight: float = Field(
        0.6, ge=0.0, le=1.0, description="The weight of vector similarity in the ranking; keywords have the rest."
    )
    candidates: int = Field(
        100, ge=10, le=1000, description="How many passages vector search and keyword search each propose."
    )
    commit_chunks: int = Field(512, ge=1, description="How many passages are embedded and committed together.")
    parse_workers: int = Field(0, ge=0, le=64, description="How many processes parse files; 0 means one per two cores.")
    parse_seconds: float = Field(
        60.0, gt=0, description="The longest that parsing one file may take, in seconds, not counting waits for a core."
    )
    parse_megabytes: int = Field(2000, ge=500, description="The most memory that a parser may map, in megabytes.")
    include: tuple[str, ...] | None = Field(
        None,
        description="Only files that match one of these patterns (as in .gitignore) are read; remembered in the index.",
    )
    exclude: tuple[str, ...] | None = Field(
        None, description="Files that match one of these patterns are not read; remembered in the index."
    )
    file_megabytes: int = Field(100, ge=1, description="The largest file that is read, in megabytes.")
