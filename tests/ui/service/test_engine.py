"""The engine opens the index with its settings."""

from __future__ import annotations

import pytest

from index import StoreUnreachableError
from ui.service.engine import AnswerEngine
from ui.settings import Settings


def test_a_milvus_address_is_opened_with_the_token_and_time_limit_of_the_settings(monkeypatch: pytest.MonkeyPatch):
    client = pytest.importorskip("index.stores.milvus.client")
    asked: list[tuple[str, str, float]] = []

    def connect(self: object, uri: str, token: str = "", seconds: float = 30.0) -> None:
        asked.append((uri, token, seconds))
        raise StoreUnreachableError("nobody is there")

    monkeypatch.setattr(client.MilvusConnection, "__init__", connect)
    settings = Settings(store_token="reader:secret", store_seconds=0.25)
    with pytest.raises(StoreUnreachableError):
        AnswerEngine("http://127.0.0.1:1", settings=settings).answerer()
    assert set(asked) == {("http://127.0.0.1:1", "reader:secret", 0.25)}
